package io.nurs.netlink.conntrack;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.nurs.netlink.Messages;
import io.nurs.netlink.NetlinkMessageDecoder;
import io.nurs.netlink.NetlinkStats;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Whatever octets come, no exception escapes and nothing is read past a message's end: its memory ends there, so reading on
 * would throw. The seed is fixed; a failure prints the datagram.
 */
class ConntrackFuzzTest {
    private static final int MUTATED = 600_000;
    private static final int RANDOM = 200_000;
    private static final int[] NASTY = {0, 1, 3, 4, 5, 15, 16, 20, 0x7f, 0x80, 0xff};

    private final Random random = new Random(42);
    private final NetlinkStats stats = new NetlinkStats();
    private final Toucher toucher = new Toucher();
    private final EmbeddedChannel channel =
            new EmbeddedChannel(new NetlinkMessageDecoder(stats), new ConntrackDecoder(stats), toucher);

    @Test
    void survivesMutatedCaptures() {
        List<byte[]> captures = ConntrackCaptures.all();
        for (int i = 0; i < MUTATED; i++) {
            byte[] first = captures.get(random.nextInt(captures.size()));
            byte[] datagram = random.nextInt(8) == 0
                    ? Messages.join(first, captures.get(random.nextInt(captures.size())))
                    : first.clone();
            decode(mutate(datagram));
        }
        assertTrue(toucher.entries > MUTATED / 10, "too few got through: " + toucher.entries);
        assertTrue(stats.malformedMessages() > MUTATED / 10, "too few were malformed: " + stats.malformedMessages());
    }

    @Test
    void survivesRandomOctets() {
        for (int i = 0; i < RANDOM; i++) {
            byte[] datagram = new byte[random.nextInt(400)];
            random.nextBytes(datagram);
            if (datagram.length >= 16 && random.nextBoolean()) {
                fixHeader(datagram);
                // Any control message, any message of ctnetlink.
                datagram[4] = (byte) random.nextInt(6);
                datagram[5] = (byte) random.nextInt(2);
            }
            decode(datagram);
        }
        assertTrue(stats.malformedMessages() > 0);
    }

    private byte[] mutate(byte[] datagram) {
        byte[] mutated = datagram;
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
        if (mutated.length >= 16 && random.nextBoolean()) {
            fixHeader(mutated);
        }
        return mutated;
    }

    /** Gives the first message the datagram's length, so that more than the header's check is reached. */
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

    /** Calls every accessor there is, so that a new one is fuzzed too. */
    private static final class Toucher extends ChannelInboundHandlerAdapter {
        private final Method[] entryMethods = accessors(ConntrackMessage.class);
        private final Method[] tupleMethods = accessors(TupleView.class);
        private final MemorySegment room = MemorySegment.ofArray(new byte[16]);
        int entries;

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object object) {
            if (object instanceof ConntrackMessage entry) {
                entries++;
                touch(entry, entryMethods);
                touch(entry.original(), tupleMethods);
                touch(entry.reply(), tupleMethods);
                if (entry.hasMaster()) {
                    touch(entry.master(), tupleMethods);
                }
            }
        }

        private static Method[] accessors(Class<?> view) {
            return Arrays.stream(view.getDeclaredMethods())
                    .filter(method -> !Modifier.isStatic(method.getModifiers()))
                    .filter(method -> Modifier.isPublic(method.getModifiers()))
                    .filter(method -> !method.getName().equals("wrap"))
                    .toArray(Method[]::new);
        }

        private void touch(Object view, Method[] methods) {
            for (Method method : methods) {
                try {
                    switch (method.getParameterCount()) {
                        case 0 -> method.invoke(view);
                        case 1 -> {
                            for (int part = 0; part < 3; part++) {
                                method.invoke(view, part);
                            }
                        }
                        default -> method.invoke(view, room, 0L);
                    }
                } catch (InvocationTargetException e) {
                    throw new AssertionError(method.toString(), e.getCause());
                } catch (IllegalAccessException e) {
                    throw new AssertionError(e);
                }
            }
        }
    }
}
