package io.nurs.appliance.config;

/**
 * One mistake, or one warning, and where it is.
 *
 * @param line from 1, or 0 where there is no line to point to
 * @param column from 1, in characters
 * @param key path of the key, such as {@code stacks[0].source.active-timeout}; empty for the file as a whole
 */
public record ConfigError(String file, int line, int column, String key, String message) {
    @Override
    public String toString() {
        return file + (line > 0 ? ":" + line + ":" + column : "") + ": " + (key.isEmpty() ? "" : key + ": ") + message;
    }
}
