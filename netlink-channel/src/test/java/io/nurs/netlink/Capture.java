package io.nurs.netlink;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Objects;

/** Messages recorded from a kernel: hexadecimal octets in any grouping, and comments from {@code #} to the line's end. */
public final class Capture {
    private Capture() {}

    /** Reads a resource such as {@code conntrack/destroy-tcp4.hex}. */
    public static byte[] read(String name) {
        try (InputStream file = Capture.class.getResourceAsStream("/" + name)) {
            String text = new String(Objects.requireNonNull(file, name).readAllBytes(), StandardCharsets.US_ASCII);
            return HexFormat.of().parseHex(text.replaceAll("#.*", "").replaceAll("\\s", ""));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
