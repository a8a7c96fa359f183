package io.nurs.appliance.output;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.nurs.appliance.Transports;
import io.nurs.appliance.lab.Wait;
import io.nurs.appliance.output.text.RecordText;
import io.nurs.appliance.output.text.XmlLines;
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

/** Writes a document in a process of its own: one to be killed, or to fill its disk. */
public final class TextFileProgram {
    private static final int ROTATE_BYTES = 200_000;

    private TextFileProgram() {}

    // The arguments are what to do, and the path.
    public static void main(String[] arguments) throws Exception {
        Path path = Path.of(arguments[1]);
        EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, Transports.EPOLL.handlers());
        MessageFileChannel channel = MessageFileChannel.open(
                MessageFileOptions.of("main", arguments[1])
                        .rotating(ROTATE_BYTES, Duration.ZERO, 0)
                        .retrying(Duration.ofMillis(200)),
                new RecordText("main", List.of(), new XmlLines()),
                Numbers.ipfixStream(1400),
                loop.next());
        EncoderStats encoded = channel.pipeline().get(FlowEncoder.class).stats();
        Numbers numbers = new Numbers();
        if (arguments[0].equals("kill")) {
            writeUntil(numbers, channel, () -> false);
        }
        MessageFileStats stats = channel.stats();
        Path rest = path.resolveSibling("rest");
        writeUntil(numbers, channel, () -> stats.writtenMessages() > 50);
        exhaust(rest);
        writeUntil(numbers, channel, () -> stats.droppedMessages() > 200 && stats.failures() > 2);
        Files.delete(rest);
        long full = stats.writtenMessages();
        writeUntil(numbers, channel, () -> stats.writtenMessages() > full + 50);
        channel.close().syncUninterruptibly();
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        System.out.println(encoded.datagrams() + " sealed, " + stats.writtenMessages() + " written, "
                + stats.droppedMessages() + " dropped");
        if (encoded.datagrams() == stats.writtenMessages() + stats.droppedMessages()) {
            System.out.println("all messages are counted");
        }
    }

    private static void writeUntil(Numbers numbers, MessageFileChannel channel, Callable<Boolean> done) {
        Wait.until(Duration.ofMinutes(5), () -> "messages", () -> {
            numbers.writeIn(channel, 100);
            while (!channel.isWritable()) {
                Thread.sleep(1);
            }
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
