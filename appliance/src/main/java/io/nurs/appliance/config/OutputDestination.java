package io.nurs.appliance.config;

import org.jspecify.annotations.Nullable;

/**
 * Where records go as text.
 *
 * @param names with {@link OutputFormat#JSON}, else IANA's
 * @param syslog with {@link OutputFormat#SYSLOG}, and null else
 */
public record OutputDestination(
        OutputFormat format,
        OutputPlace place,
        OutputNames names,
        @Nullable SyslogConfig syslog) implements Destination {
    /** Null after reporting what is wrong. */
    static @Nullable OutputDestination read(YamlSection exporter, OutputFormat format) {
        if (format == OutputFormat.SYSLOG) {
            OutputSocket socket = OutputSocket.ofSyslog(exporter);
            SyslogConfig syslog = SyslogConfig.read(exporter, socket);
            return new OutputDestination(format, socket, OutputNames.IANA, syslog);
        }
        OutputPlace place = OutputPlace.read(exporter, format);
        OutputNames names = format == OutputFormat.JSON ? exporter.choice("names", OutputNames.IANA) : OutputNames.IANA;
        return place == null ? null : new OutputDestination(format, place, names, null);
    }

    @Override
    public @Nullable FileDestination file() {
        return place instanceof FileDestination file ? file : null;
    }

    @Override
    public String toString() {
        return place.toString();
    }
}
