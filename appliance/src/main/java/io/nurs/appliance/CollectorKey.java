package io.nurs.appliance;

import io.nurs.appliance.config.CollectorDestination;
import io.nurs.appliance.config.CollectorTransport;
import io.nurs.appliance.config.Destination;
import io.nurs.appliance.config.FileDestination;
import io.nurs.appliance.config.FlowExporterConfig;
import io.nurs.appliance.export.RecordKind;
import org.jspecify.annotations.Nullable;

/**
 * What makes a reader's way to a collector: the one that is there stays as long as all of this is equal.
 *
 * @param domain of what it is sent
 * @param namespace whose flows it is told of, as records may say; empty for nursd's own
 * @param kind what the records are: a source that becomes another kind needs other templates
 */
record CollectorKey(FlowExporterConfig exporter, long domain, String namespace, RecordKind kind) {
    /** Whether both write to the same file or the same spool, so that one has to let go of it first. */
    boolean collidesWith(CollectorKey other) {
        String own = written();
        return own != null && own.equals(other.written());
    }

    private @Nullable String written() {
        FileDestination file = exporter.destination().file();
        if (file != null) {
            return file.path(domain, exporter.observationDomain()).normalize().toString();
        }
        return exporter.destination() instanceof CollectorDestination there && there.spool() != null
                ? there.spool().directory().normalize() + "/" + exporter.name() + "-" + domain
                : null;
    }

    /**
     * Whether the collector takes both for one sender, so that the sequence is to go on: not over a stream, and not where
     * messages that wait have numbers already.
     */
    boolean continues(CollectorKey other) {
        return domain == other.domain
                && exporter.protocol() == other.exporter.protocol()
                && unspooled(exporter.destination()) instanceof CollectorDestination here
                && unspooled(other.exporter.destination()) instanceof CollectorDestination there
                && here.isSameAs(there);
    }

    private static @Nullable Destination unspooled(Destination destination) {
        return destination instanceof CollectorDestination there
                        && there.transport() == CollectorTransport.UDP
                        && there.spool() == null
                ? destination
                : null;
    }
}
