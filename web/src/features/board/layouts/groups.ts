// Cards in groups with a head, as the rows of one list. A folded group is its head alone.

export type GroupRow =
  | { readonly id: string; readonly task?: undefined; readonly group: string; readonly count: number; readonly folded: boolean }
  | { readonly id: string; readonly task: string; readonly group: string };

export interface Group {
  readonly id: string;
  readonly tasks: readonly string[];
}

export function rowsOf(groups: readonly Group[], folded: (group: string) => boolean): GroupRow[] {
  return groups.flatMap(({ id, tasks }): GroupRow[] => {
    const closed = folded(id);
    const head: GroupRow = { id: `head/${id}`, group: id, count: tasks.length, folded: closed };
    // A card may stand in several groups.
    return closed ? [head] : [head, ...tasks.map((task) => ({ id: `${id}/${task}`, task, group: id }))];
  });
}
