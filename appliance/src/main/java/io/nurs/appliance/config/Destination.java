package io.nurs.appliance.config;

import org.jspecify.annotations.Nullable;

/** Where an exporter's messages go. */
public sealed interface Destination permits CollectorDestination, FileDestination, OutputDestination {
    /** The keys stand among the exporter's own; null after reporting what is wrong. */
    static @Nullable Destination read(YamlSection exporter, FlowProtocol protocol) {
        if (protocol == FlowProtocol.NETFLOW5) {
            Netflow5Keys.checkDestination(exporter);
        }
        YamlValue file = exporter.value("file");
        if (file == null) {
            return CollectorDestination.read(exporter, protocol);
        }
        YamlSection section = file.section();
        return section == null ? null : FileDestination.read(section);
    }

    /** The file that is written, if it is one. */
    default @Nullable FileDestination file() {
        return null;
    }
}
