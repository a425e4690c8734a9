type Paint = (text: string) => string

/** How text is set off on a terminal. Whoever prints decides whether there are colours at all. */
export interface Style {
  readonly bold: Paint
  readonly dim: Paint
  readonly red: Paint
  readonly yellow: Paint
  readonly green: Paint
}

const same: Paint = text => text

/** Text as it is: for files, pipes, and terminals that want no colours. */
export const plain: Style = Object.freeze({ bold: same, dim: same, red: same, yellow: same, green: same })
