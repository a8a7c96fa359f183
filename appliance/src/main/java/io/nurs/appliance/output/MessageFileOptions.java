package io.nurs.appliance.output;

import java.nio.file.Path;
import java.time.Duration;

/**
 * What an operator may choose about a file of messages.
 *
 * @param exporter for the lines in the log
 * @param path {@value #STDOUT} for the standard output; neither that nor a FIFO or a device is ever rotated
 * @param rotateBytes a file ends with the first message that brings it to so many octets; 0 for never
 * @param rotateInterval a file ends where the wall clock passes a multiple of it, in UTC; zero for never
 * @param keep rotated files that stay, the latest; 0 for all
 * @param retry how long messages are dropped before a file that cannot be written is tried again
 */
public record MessageFileOptions(
        String exporter, String path, long rotateBytes, Duration rotateInterval, int keep, Duration retry) {
    public static final String STDOUT = "-";

    private static final Duration RETRY = Duration.ofSeconds(5);

    public MessageFileOptions {
        if (path.isEmpty()
                || rotateBytes < 0
                || rotateInterval.isNegative()
                || keep < 0
                || retry.toMillis() < 1
                || (!rotateInterval.isZero() && rotateInterval.toMillis() < 1)) {
            throw new IllegalArgumentException("out of range: path " + path + ", rotate " + rotateBytes + " octets, "
                    + rotateInterval + ", keep " + keep + ", retry " + retry);
        }
    }

    /** One file that grows for ever. */
    public static MessageFileOptions of(String exporter, String path) {
        return new MessageFileOptions(exporter, path, 0, Duration.ZERO, 0, RETRY);
    }

    public MessageFileOptions rotating(long bytes, Duration interval, int keep) {
        return new MessageFileOptions(exporter, path, bytes, interval, keep, retry);
    }

    public MessageFileOptions retrying(Duration retry) {
        return new MessageFileOptions(exporter, path, rotateBytes, rotateInterval, keep, retry);
    }

    boolean isStdout() {
        return path.equals(STDOUT);
    }

    Path file() {
        return Path.of(path);
    }

    @Override
    public String toString() {
        return isStdout() ? "the standard output" : path;
    }
}
