package io.nurs.netlink;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Fires damaged messages at a decoder: whatever octets come, no exception escapes and nothing is read past a message's end,
 * where its memory ends. The seed is fixed; a failure prints the datagram.
 */
public final class Fuzz {
    private static final int[] NASTY = {0, 1, 3, 4, 5, 8, 15, 16, 20, 0x7f, 0x80, 0xff};

    private final Random random = new Random(42);
    private final NetlinkStats stats = new NetlinkStats();
    private final EmbeddedChannel channel;
    private long passed;

    /** @param touch reads all that a view can tell */
    public Fuzz(Function<NetlinkStats, ChannelHandler> decoder, Consumer<Object> touch) {
        channel = new EmbeddedChannel(
                new NetlinkMessageDecoder(stats), decoder.apply(stats), new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext ctx, Object message) {
                        passed++;
                        touch.accept(message);
                    }
                });
    }

    /** Messages that the decoder took for good ones. */
    public long passed() {
        return passed;
    }

    public NetlinkStats stats() {
        return stats;
    }

    /** Each message with its end cut off, at each octet; and with its length set to what is left. */
    public void cutEverywhere(List<byte[]> messages) {
        for (byte[] message : messages) {
            for (int length = 0; length <= message.length; length++) {
                decode(Arrays.copyOf(message, length));
                decode(fixed(Arrays.copyOf(message, length)));
            }
        }
    }

    public void mutated(List<byte[]> messages, int count) {
        for (int i = 0; i < count; i++) {
            decode(mutate(messages.get(random.nextInt(messages.size())).clone()));
        }
    }

    /** Random octets behind a header of the subsystem. */
    public void random(int subsystem, int types, int count) {
        for (int i = 0; i < count; i++) {
            byte[] datagram = new byte[random.nextInt(400)];
            random.nextBytes(datagram);
            if (datagram.length >= 16) {
                datagram[4] = (byte) random.nextInt(types);
                datagram[5] = (byte) subsystem;
            }
            decode(fixed(datagram));
        }
    }

    private byte[] mutate(byte[] original) {
        byte[] mutated = original;
        for (int i = random.nextInt(4); i >= 0; i--) {
            int at = random.nextInt(mutated.length);
            switch (random.nextInt(6)) {
                case 0 -> mutated[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> mutated[at] = (byte) random.nextInt(256);
                case 2 -> mutated[at] = (byte) NASTY[random.nextInt(NASTY.length)];
                // An attribute's length or type stands at a multiple of 4.
                case 3 -> mutated[at & ~3] = (byte) NASTY[random.nextInt(NASTY.length)];
                case 4 -> mutated = Arrays.copyOf(mutated, Math.max(at, 1));
                default -> {
                    int from = random.nextInt(mutated.length);
                    int length = Math.min(random.nextInt(64), mutated.length - Math.max(at, from));
                    System.arraycopy(mutated.clone(), from, mutated, at, length);
                }
            }
        }
        return random.nextInt(4) == 0 ? mutated : fixed(mutated);
    }

    /** Gives the message the datagram's length, so that more than the header's check is reached. */
    private static byte[] fixed(byte[] datagram) {
        if (datagram.length >= 16) {
            MemorySegment.copy(
                    MemorySegment.ofArray(Messages.hostInt(datagram.length)), 0, MemorySegment.ofArray(datagram), 0, 4);
        }
        return datagram;
    }

    private void decode(byte[] datagram) {
        try {
            channel.pipeline().fireChannelRead(Messages.batch(datagram));
            channel.checkException();
        } catch (Throwable t) {
            throw new AssertionError(HexFormat.of().formatHex(datagram), t);
        }
    }
}
