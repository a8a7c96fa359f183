package io.nurs.appliance.export;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.nurs.appliance.StartException;
import io.nurs.appliance.config.FileDestination;
import io.nurs.appliance.config.FlowExporterConfig;
import io.nurs.appliance.output.MessageFileChannel;
import io.nurs.appliance.output.MessageFileOptions;
import io.nurs.appliance.output.MessageFormat;
import io.nurs.flow.FlowEncoder;
import java.time.Duration;

/** A file, standard output, or a reader of text. A disk or a reader that hangs is waited for as long as a collector is. */
final class FileLink implements Link {
    private static final Duration STALL_TIMEOUT = Duration.ofSeconds(5);

    private final MessageFileChannel channel;
    private final Patience patience = new Patience(STALL_TIMEOUT, this::exhausted);
    private Runnable whenChanged = () -> {};

    private final LostRecords lost;

    FileLink(MessageFileChannel channel, FlowEncoder encoder) {
        this.channel = channel;
        this.lost = new LostRecords(encoder);
        channel.pipeline().addFirst(patience, lost);
    }

    /** @param domain of the messages: one that is not the exporter's first stands in the file's name */
    static FileLink open(
            FlowExporterConfig exporter,
            FileDestination file,
            MessageFormat format,
            long domain,
            FlowEncoder encoder,
            EventLoop loop)
            throws StartException, InterruptedException {
        String path = file.path(domain, exporter.observationDomain()).toString();
        MessageFileOptions options = MessageFileOptions.of(exporter.name(), path)
                .rotating(file.rotateBytes(), file.rotateInterval(), file.keep());
        return new FileLink(MessageFileChannel.open(options, format, encoder, loop), encoder);
    }

    private void exhausted() {
        whenChanged.run();
    }

    @Override
    public Channel channel() {
        return channel;
    }

    @Override
    public boolean isUp() {
        return channel.isOpen() && !channel.isFailing();
    }

    @Override
    public boolean isCut() {
        return false;
    }

    @Override
    public boolean isWorthWaitingFor() {
        return channel.isOpen() && !patience.isExhausted();
    }

    @Override
    public void onChange(Runnable action) {
        whenChanged = action;
    }

    @Override
    public long lostMessages() {
        return channel.stats().droppedMessages();
    }

    @Override
    public long lostRecords() {
        return lost.records();
    }
}
