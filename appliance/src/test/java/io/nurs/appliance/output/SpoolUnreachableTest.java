package io.nurs.appliance.output;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.nurs.appliance.Transports;
import io.nurs.appliance.config.SpoolConfig;
import io.nurs.appliance.lab.Lab;
import io.nurs.appliance.lab.Program;
import io.nurs.appliance.lab.Wait;
import io.nurs.flow.EncoderOptions;
import io.nurs.flow.ExportClock;
import io.nurs.flow.FlowEncoder;
import io.nurs.ipfix.IpfixEncoder;
import java.net.DatagramSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A collector behind a router, whose address is gone from one moment to the next: the router tells who still sends there. */
@Tag("netns")
class SpoolUnreachableTest {
    private static final int PORT = 4739;
    private static final int MESSAGES = 100;

    @TempDir
    Path directory;

    private final Numbers numbers = new Numbers();
    private final AtomicLong errors = new AtomicLong();

    @ParameterizedTest
    @CsvSource({"4,EPOLL", "4,IO_URING", "6,EPOLL", "6,IO_URING"})
    void aHostThatVanishesIsNoticedAndTheLoopDoesNotSpin(int family, Transports transport) throws Exception {
        FlowEncoder encoder =
                new IpfixEncoder(new EncoderOptions(7, 1400, 1000, Duration.ofMinutes(10)), ExportClock.SYSTEM);
        Spool spool = Spool.open(SpoolConfig.in(directory), "main", encoder);
        CountedWakeups wakeups = new CountedWakeups(transport.handlers());
        EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, wakeups);
        try (Lab lab = Lab.open();
                DatagramSocket collector = Lab.in(lab.server(), () -> new DatagramSocket(PORT))) {
            Channel channel = Lab.in(lab.client(), () -> connect(loop, transport, family, spool, encoder));
            send(channel);
            assertFalse(spool.isDown(), collector + " is there");
            vanish(lab, family);
            Wait.until("the outage", () -> {
                send(channel);
                return spool.isDown();
            });
            // Messages answer at most once each, and what is in the socket's error queue is no reason to wake up.
            long told = errors.get();
            long before = wakeups.count().get();
            for (int i = 0; i < MESSAGES; i++) {
                send(channel);
            }
            long woken = wakeups.count().get() - before;
            System.out.println("IPv" + family + " " + transport + ": " + told + " errors until the outage, "
                    + (errors.get() - told) + " and " + woken + " wakeups for " + MESSAGES + " messages after it");
            assertTrue(errors.get() - told <= MESSAGES, errors + " errors");
            // Each message is a task, a disk's report and a flush; ticks and probes come on top.
            assertTrue(woken <= 20 * MESSAGES, woken + " wakeups");
            assertTrue(spool.isDown());
            channel.close().syncUninterruptibly();
        } finally {
            loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        }
    }

    private void send(Channel channel) throws InterruptedException {
        numbers.writeIn(channel, 1);
        Thread.sleep(20);
    }

    /** The router does not know, and asks for the neighbour in vain. */
    private static void vanish(Lab lab, int family) throws Exception {
        String address = family == 4 ? Lab.SERVER4 : Lab.SERVER6;
        String prefix = address + (family == 4 ? "/24" : "/64");
        Program.run("ip", "-n", lab.server(), "address", "del", prefix, "dev", "eth0");
        lab.inRouter("ip", "neighbour", "del", address, "dev", "outside");
    }

    private Channel connect(EventLoopGroup loop, Transports transport, int family, Spool spool, FlowEncoder encoder)
            throws InterruptedException {
        ChannelOption<Integer> wanted = family == 4 ? Spool.IP_RECVERR : Spool.IPV6_RECVERR;
        return new Bootstrap()
                .group(loop)
                .channel(transport.datagramChannel())
                .option(wanted, 1)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel made) {
                        made.pipeline().addLast(spool, encoder, new ChannelInboundHandlerAdapter() {
                            @Override
                            public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                                errors.incrementAndGet();
                            }
                        });
                    }
                })
                .connect(family == 4 ? Lab.SERVER4 : Lab.SERVER6, PORT)
                .sync()
                .channel();
    }
}
