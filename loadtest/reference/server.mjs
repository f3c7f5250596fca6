// The stack that people would pick for live boards if there were no server for them: Express, Socket.IO with its Redis adapter, and one
// INSERT for each change, awaited before anybody hears of it. No authorization, no history, no retries: what is compared is speed.
import { createServer } from 'node:http'
import { createAdapter } from '@socket.io/redis-adapter'
import express from 'express'
import pg from 'pg'
import { createClient } from 'redis'
import { Server } from 'socket.io'

const { DATABASE_URL, REDIS_URL, PORT } = process.env
const database = new pg.Pool({ connectionString: DATABASE_URL, max: 10 })
await database.query('create table if not exists changes (id bigserial primary key, room text not null, body jsonb not null)')
const publisher = createClient({ url: REDIS_URL })
const subscriber = publisher.duplicate()
await Promise.all([publisher.connect(), subscriber.connect()])

const app = express()
app.get('/readyz', (_request, response) => response.send('ready'))
const server = createServer(app)
const sockets = new Server(server, {
  adapter: createAdapter(publisher, subscriber),
  transports: ['websocket'],
  perMessageDeflate: false,
  // Longer than a run: pings are no part of what is measured.
  pingInterval: 600_000,
})

sockets.on('connection', (socket) => {
  socket.on('join', (room, acknowledge) => {
    socket.join(room)
    acknowledge()
  })
  socket.on('change', async (room, change, acknowledge) => {
    const { rows } = await database.query('insert into changes (room, body) values ($1, $2) returning id', [room, change])
    sockets.to(room).emit('change', { id: rows[0].id, ...change })
    acknowledge(rows[0].id)
  })
})

server.listen(Number(PORT), '127.0.0.1')
