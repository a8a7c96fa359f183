package io.nurs.appliance.terminal;

import java.io.PrintWriter;

/** How far something long has come: one line that a terminal overwrites, and nothing anywhere else. For any thread. */
public final class Progress {
    private static final String CLEAR_LINE = "\r\033[K";

    private final PrintWriter out;
    private final boolean isTerminal;
    private String text = "";

    /**
     * Shows nothing yet.
     *
     * @param isTerminal whether {@code out} is one
     */
    public Progress(PrintWriter out, boolean isTerminal) {
        this.out = out;
        this.isTerminal = isTerminal;
    }

    /** On standard error: standard output belongs to the result. */
    public static Progress onStderr(PrintWriter err) {
        return new Progress(err, Terminal.ofStderr().isTerminal());
    }

    /** In place of what was shown. */
    public synchronized void show(String newText) {
        boolean changes = !newText.equals(text);
        text = newText;
        if (isTerminal && changes) {
            out.print(CLEAR_LINE + newText);
            out.flush();
        }
    }

    public void hide() {
        show("");
    }

    /** A line of the result, in the same stream; the progress goes on below it. */
    public synchronized void above(String line) {
        if (isTerminal) {
            out.print(CLEAR_LINE);
        }
        out.println(line);
        if (isTerminal) {
            out.print(text);
        }
        out.flush();
    }
}
