package io.nurs.appliance.output;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.nurs.appliance.Transports;
import io.nurs.appliance.config.SpoolConfig;
import io.nurs.flow.EncoderOptions;
import io.nurs.flow.ExportClock;
import io.nurs.flow.FlowEncoder;
import io.nurs.ipfix.IpfixEncoder;
import java.nio.file.Path;
import java.time.Duration;

/** Sends numbered records through a spool, in a process of its own: one to be killed, or whose disk is full. */
public final class SpoolProgram {
    private SpoolProgram() {}

    // The arguments are the directory, the collector's port and how many records; then it waits to be ended.
    public static void main(String[] arguments) throws Exception {
        FlowEncoder encoder =
                new IpfixEncoder(new EncoderOptions(7, 1400, 1000, Duration.ofMinutes(10)), ExportClock.SYSTEM);
        SpoolConfig config = SpoolConfig.in(Path.of(arguments[0]))
                .withProbeInterval(Duration.ofMillis(300))
                .withMessagesPerSecond(500);
        Spool spool = Spool.open(config, "main", encoder);
        EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, Transports.EPOLL.handlers());
        Channel channel = new Bootstrap()
                .group(loop)
                .channel(EpollDatagramChannel.class)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel made) {
                        made.pipeline().addLast(spool, encoder, new ChannelInboundHandlerAdapter() {
                            @Override
                            public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                                // Counted by the spool.
                            }
                        });
                    }
                })
                .connect("127.0.0.1", Integer.parseInt(arguments[1]))
                .sync()
                .channel();
        Numbers numbers = new Numbers();
        int records = Integer.parseInt(arguments[2]);
        while (numbers.next() < records) {
            numbers.writeIn(channel, 50);
            Thread.sleep(1);
        }
        SpoolStats stats = spool.stats();
        System.out.println("lost " + stats.lostInFlightRecords() + " doubt " + stats.inDoubtMessages() + " dropped "
                + stats.droppedRecords() + " of " + stats.droppedMessages());
        for (; ; ) {
            Thread.sleep(100);
            System.out.println("backlog " + stats.backlogBytes() + " down " + spool.isDown());
        }
    }
}
