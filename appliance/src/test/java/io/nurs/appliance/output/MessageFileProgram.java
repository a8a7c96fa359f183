package io.nurs.appliance.output;

import ch.qos.logback.classic.LoggerContext;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.nurs.appliance.Transports;
import io.nurs.appliance.lab.Wait;
import io.nurs.appliance.log.LogDefaults;
import io.nurs.flow.EncoderStats;
import io.nurs.flow.FlowEncoder;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;

/** Writes numbered records in a process of its own: one to be killed, to fill its disk, or to write to its standard output. */
public final class MessageFileProgram {
    private static final int ROTATE_BYTES = 100_000;

    private MessageFileProgram() {}

    // The arguments are what to do, and the path.
    public static void main(String[] arguments) throws Exception {
        // On a class path nobody has logback keep the standard output free.
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            context.reset();
            new LogDefaults().configure(context);
        }
        EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, Transports.EPOLL.handlers());
        MessageFileOptions options = MessageFileOptions.of("main", arguments[1]).retrying(Duration.ofMillis(200));
        if (!options.isStdout()) {
            options = options.rotating(ROTATE_BYTES, Duration.ZERO, 0);
        }
        MessageFileChannel channel =
                MessageFileChannel.open(options, MessageFormat.MESSAGES, Numbers.ipfixStream(1400), loop.next());
        switch (arguments[0]) {
            case "kill" -> writeForEver(channel);
            case "fill" -> fill(channel, Path.of(arguments[1]));
            default -> new Numbers().writeIn(channel, 10_000);
        }
        channel.close().syncUninterruptibly();
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private static void writeForEver(MessageFileChannel channel) throws InterruptedException {
        Numbers numbers = new Numbers();
        for (; ; ) {
            numbers.writeIn(channel, 300);
            while (!channel.isWritable()) {
                Thread.sleep(1);
            }
        }
    }

    private static void fill(MessageFileChannel channel, Path path) throws Exception {
        MessageFileStats stats = channel.stats();
        EncoderStats encoded = channel.pipeline().get(FlowEncoder.class).stats();
        Numbers numbers = new Numbers();
        Path rest = path.resolveSibling("rest");
        writeUntil(numbers, channel, () -> stats.writtenMessages() > 200);
        exhaust(rest);
        writeUntil(numbers, channel, () -> stats.droppedMessages() > 200 && stats.failures() > 2);
        Files.delete(rest);
        long full = stats.writtenMessages();
        writeUntil(numbers, channel, () -> stats.writtenMessages() > full + 200);
        channel.close().syncUninterruptibly();
        long messages = stats.writtenMessages() + stats.droppedMessages();
        long bytes = stats.writtenBytes() + stats.droppedBytes();
        System.out.println("sealed " + encoded.datagrams() + " messages, " + encoded.bytes() + " octets");
        System.out.println("counted " + messages + " messages, " + bytes + " octets");
        long read = 0;
        long size = 0;
        long last = -1;
        for (Path file : sorted(path.resolveSibling("."))) {
            for (long number : Numbers.inIpfix(file)) {
                if (number <= last && !file.equals(path)) {
                    System.out.println(number + " after " + last + " in " + file);
                }
                last = number;
                read++;
            }
            size += Files.size(file);
        }
        System.out.println("written " + stats.writtenBytes() + " octets");
        System.out.println("found " + size + " octets");
        System.out.println("records missing " + (read < numbers.next()));
    }

    private static List<Path> sorted(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory.normalize())) {
            return files.sorted().toList();
        }
    }

    private static void writeUntil(Numbers numbers, MessageFileChannel channel, Callable<Boolean> done) {
        Wait.until("messages", () -> {
            numbers.writeIn(channel, 100);
            return done.call();
        });
    }

    private static void exhaust(Path file) throws IOException {
        try (OutputStream output = Files.newOutputStream(file)) {
            for (; ; ) {
                output.write(new byte[4096]);
            }
        } catch (IOException e) {
            System.out.println(e.getMessage());
        }
    }
}
