package io.nurs.appliance.config;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A file, or a reader behind a socket. */
public sealed interface OutputPlace permits FileDestination, OutputSocket {
    /** The keys stand among the exporter's own, one of them; null after reporting what is wrong. */
    static @Nullable OutputPlace read(YamlSection exporter, OutputFormat format) {
        List<String> found = found(exporter, "file", "tcp", "unix");
        if (found.size() != 1) {
            String choices = "write file: { path: /var/lib/nurs/flows." + format
                    + " }, or tcp: with an address, or unix: with the path of a socket";
            if (found.isEmpty()) {
                exporter.missing("file", choices);
            }
            OutputSocket.read(exporter, OutputSocket.Kind.UNIX_STREAM);
            return null;
        }
        if (found.getFirst().equals("file")) {
            YamlSection file = exporter.section("file");
            return file == null ? null : FileDestination.read(file);
        }
        return OutputSocket.read(exporter, OutputSocket.Kind.UNIX_STREAM);
    }

    /** Which of these are there, after reporting that there are several. */
    static List<String> found(YamlSection exporter, String... keys) {
        List<String> found = new ArrayList<>();
        for (String key : keys) {
            if (exporter.value(key) != null) {
                found.add(key);
            }
        }
        if (found.size() > 1) {
            exporter.place().error("has " + String.join(" and ", found) + "; write one of them");
        }
        return found;
    }
}
