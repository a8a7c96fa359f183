package io.nurs.appliance.source;

import io.netty.channel.EventLoop;
import io.nurs.appliance.StartException;
import io.nurs.appliance.config.SourceConfig;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** One reader of packets: of one group or one queue. */
public abstract sealed class PacketSource extends AbstractSource permits NflogSource, NfqueueSource {
    final PacketStats stats = new PacketStats();
    final ObservedPacket observed = new ObservedPacket();
    private final int number;
    private @Nullable InterfaceNames names;

    /**
     * Opens nothing.
     *
     * @param reader which of the source's readers, from 0
     * @param number of the group or the queue
     */
    PacketSource(SourceConfig config, int reader, int number, EventLoop loop) throws StartException {
        super(config, reader, loop);
        this.number = number;
    }

    /** Begins to keep the names of interfaces; not on the event loop. Packets that come afterwards have them. */
    final void openNames() throws StartException, InterruptedException {
        try {
            InterfaceNames opened = InterfaceNames.open(namespace(), eventLoop());
            names = opened;
            eventLoop().submit(() -> observed.names(opened)).sync();
        } catch (IOException e) {
            throw new StartException("source " + name() + ": cannot list interfaces (" + e.getMessage() + ")", e);
        }
    }

    final void closeNames() throws InterruptedException {
        InterfaceNames open = names;
        if (open != null) {
            open.close().sync();
        }
    }

    @Override
    public final void close() throws InterruptedException {
        closeNames();
    }

    /** What interfaces are called, once the source is open. */
    public final @Nullable InterfaceNames names() {
        return names;
    }

    /** Of the group or the queue. */
    public final int number() {
        return number;
    }

    public final PacketStats stats() {
        return stats;
    }

    /** It is given one of so many packets, as the operator says; 1 is all. */
    public abstract int sampling();
}
