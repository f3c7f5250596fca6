//! What the web app has beside types: versions, codes, limits.

use std::fmt::Write;

use lockstep_protocol::{
    codes::{CloseCode, Code},
    frame::*,
    limits::Limits,
};

pub fn constants() -> String {
    let mut out = String::new();
    writeln!(out, "export const SUBPROTOCOL_JSON = {SUBPROTOCOL_JSON:?};").unwrap();
    writeln!(out, "export const PROTOCOL_VERSION = {PROTOCOL_VERSION};\n").unwrap();
    writeln!(out, "/** Error codes: number, whether the same request may succeed later. */").unwrap();
    writeln!(out, "export const CODES: Record<Code, {{ number: number; temporary: boolean; message: string }}> = {{")
        .unwrap();
    for code in Code::ALL {
        writeln!(
            out,
            "  {}: {{ number: {}, temporary: {}, message: {:?} }},",
            code.word(),
            code.number(),
            code.temporary(),
            code.meaning().trim()
        )
        .unwrap();
    }
    writeln!(out, "}};\n\n/** WebSocket close codes: whether to connect again by oneself. */").unwrap();
    writeln!(out, "export const CLOSE_CODES: Record<number, {{ name: string; reconnect: boolean }}> = {{").unwrap();
    for code in CloseCode::ALL {
        writeln!(out, "  {}: {{ name: {:?}, reconnect: {} }},", code.number(), format!("{code:?}"), code.reconnect())
            .unwrap();
    }
    writeln!(out, "}};\n\n/** The limits by default, for forms. */\nexport const LIMITS = {{").unwrap();
    for row in Limits::default().rows() {
        writeln!(out, "  /** {} ({}) */\n  {}: {},", row.doc, row.unit, row.name, row.value).unwrap();
    }
    writeln!(out, "}} as const;").unwrap();
    out
}
