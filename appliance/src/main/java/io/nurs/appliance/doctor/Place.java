package io.nurs.appliance.doctor;

import io.nurs.appliance.config.SourceConfig;
import io.nurs.netlink.NetworkNamespace;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * The network namespace of one source: what can be read there, and how commands get there.
 *
 * @param name as configured; null for the process's own
 */
record Place(String source, @Nullable String name, NetworkNamespace namespace) {
    private static final Path SYSCTLS = Path.of("/proc/sys");
    /** Not /proc/net, which is that of the process's first thread. */
    private static final Path NET = Path.of("/proc/thread-self/net");

    static Place of(SourceConfig source) throws IOException {
        String name = source.namespace();
        return new Place(source.name(), name, name == null ? NetworkNamespace.current() : NetworkNamespace.of(name));
    }

    /** What findings about it are about. */
    String subject(String part) {
        return "source " + source + ": " + part;
    }

    /** The command as root has to write it to run it there. */
    String command(String command) {
        if (name == null) {
            return command;
        }
        return (name.startsWith("/") ? "nsenter --net=" + quote(name) : "ip netns exec " + quote(name)) + " " + command;
    }

    String setSysctl(String sysctl, Object value) {
        return command("sysctl -w " + sysctl + "=" + value);
    }

    /** A word of a shell's. */
    static String quote(String word) {
        return word.matches("[A-Za-z0-9._/:@-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
    }

    /** A sysctl, such as {@code net.netfilter.nf_conntrack_max}; null if there is none. */
    @Nullable
    Long sysctl(String sysctl) throws IOException {
        return namespace.call(() -> {
            try {
                return Long.valueOf(
                        text(SYSCTLS.resolve(sysctl.replace('.', '/'))).strip());
            } catch (NoSuchFileException e) {
                return null;
            }
        });
    }

    /** Whether this process may set it there. access(2) does not say: it knows nothing of an ordinary user's capabilities. */
    boolean maySet(String sysctl) throws IOException {
        return namespace.call(() -> {
            try (FileChannel opened =
                    FileChannel.open(SYSCTLS.resolve(sysctl.replace('.', '/')), StandardOpenOption.WRITE)) {
                return opened.isOpen();
            } catch (IOException e) {
                return false;
            }
        });
    }

    /** A file of /proc/net. */
    String net(String file) throws IOException {
        return namespace.call(() -> text(NET.resolve(file)));
    }

    /** As {@link Tool#output}, there. */
    @Nullable
    String output(String tool, String... arguments) throws IOException {
        return namespace.call(() -> Tool.output(tool, arguments));
    }

    /** From its beginning to its end, because files of /proc have no size. */
    static String text(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
