package io.nurs.netlink.packet;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.nurs.netlink.Messages;
import io.nurs.netlink.NetlinkMessageDecoder;
import io.nurs.netlink.NetlinkStats;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.function.Function;

/**
 * Whatever octets come, no exception escapes and nothing is read past a message's end: its memory ends there, so reading on
 * would throw. Calls every accessor there is, so that a new one is fuzzed too. The seed is fixed; a failure prints the datagram.
 */
public final class ViewFuzz {
    private static final int[] NASTY = {0, 1, 3, 4, 5, 15, 16, 20, 0x7f, 0x80, 0xff};

    private final Random random = new Random(42);
    private final NetlinkStats stats = new NetlinkStats();
    private final Toucher toucher;
    private final EmbeddedChannel channel;

    public ViewFuzz(Class<?> view, Function<NetlinkStats, ChannelHandler> decoder) {
        toucher = new Toucher(view);
        channel = new EmbeddedChannel(new NetlinkMessageDecoder(stats), decoder.apply(stats), toucher);
    }

    /** Messages that were taken for well-formed. */
    public int taken() {
        return toucher.taken;
    }

    public long malformed() {
        return stats.malformedMessages();
    }

    public void cutAtEachOctet(byte[] datagram) {
        for (int octets = 0; octets < datagram.length; octets++) {
            byte[] cut = Arrays.copyOf(datagram, octets);
            decode(cut);
            if (octets >= 16) {
                fixHeader(cut);
                decode(cut);
            }
        }
    }

    public void mutate(List<byte[]> captures, int times) {
        for (int i = 0; i < times; i++) {
            byte[] mutated = captures.get(random.nextInt(captures.size())).clone();
            for (int n = random.nextInt(4); n >= 0; n--) {
                int at = random.nextInt(mutated.length);
                switch (random.nextInt(4)) {
                    case 0 -> mutated[at] ^= (byte) (1 << random.nextInt(8));
                    case 1 -> mutated[at] = (byte) random.nextInt(256);
                    // An attribute's length or type stands at a multiple of 4.
                    case 2 -> mutated[at & ~3] = (byte) NASTY[random.nextInt(NASTY.length)];
                    default -> mutated = Arrays.copyOf(mutated, Math.max(at, 1));
                }
            }
            if (mutated.length >= 16 && random.nextBoolean()) {
                fixHeader(mutated);
            }
            decode(mutated);
        }
    }

    /** Random octets, half of the time as a packet of that subsystem. */
    public void random(int subsystem, int times) {
        for (int i = 0; i < times; i++) {
            byte[] datagram = new byte[random.nextInt(300)];
            random.nextBytes(datagram);
            if (datagram.length >= 16 && random.nextBoolean()) {
                fixHeader(datagram);
                datagram[4] = 0;
                datagram[5] = (byte) subsystem;
            }
            decode(datagram);
        }
    }

    private static void fixHeader(byte[] datagram) {
        System.arraycopy(Messages.hostInt(datagram.length), 0, datagram, 0, 4);
    }

    private void decode(byte[] datagram) {
        try {
            channel.pipeline().fireChannelRead(Messages.batch(datagram));
            channel.checkException();
        } catch (Throwable t) {
            throw new AssertionError(HexFormat.of().formatHex(datagram), t);
        }
    }

    private static final class Toucher extends ChannelInboundHandlerAdapter {
        private final Class<?> view;
        private final Method[] methods;
        int taken;

        Toucher(Class<?> view) {
            this.view = view;
            methods = Arrays.stream(view.getDeclaredMethods())
                    .filter(method -> !Modifier.isStatic(method.getModifiers()))
                    .filter(method -> Modifier.isPublic(method.getModifiers()))
                    .toArray(Method[]::new);
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object object) {
            if (!view.isInstance(object)) {
                return;
            }
            taken++;
            for (Method method : methods) {
                try {
                    method.invoke(object);
                } catch (InvocationTargetException e) {
                    throw new AssertionError(method.toString(), e.getCause());
                } catch (IllegalAccessException e) {
                    throw new AssertionError(e);
                }
            }
        }
    }
}
