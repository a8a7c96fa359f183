package io.nurs.appliance.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.nurs.appliance.lab.AllocatedBytes;
import io.nurs.netlink.conntrack.TupleView;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The values are those of corelight/community-id-spec, baseline/baseline_deflt.json. */
class CommunityIdTest {
    private static final int ROUNDS = 10_000;

    private final CommunityId id = new CommunityId();

    /** Ports, or ICMP's type and code; the specification's table has the answer's type where it should have the code. */
    @ParameterizedTest
    @CsvSource({
        "58, fe80::200:86ff:fe05:80da, fe80::260:97ff:fe07:69ea, 135, 0, 1:dGHyGvjMfljg6Bppwm3bg0LO8TY=",
        "58, fe80::260:97ff:fe07:69ea, fe80::200:86ff:fe05:80da, 136, 0, 1:dGHyGvjMfljg6Bppwm3bg0LO8TY=",
        "58, fe80::260:97ff:fe07:69ea, fe80::200:86ff:fe05:80da, 135, 0, 1:zavyT/cezQr1fmImYCwYnMXbgck=",
        "58, fe80::200:86ff:fe05:80da, fe80::260:97ff:fe07:69ea, 136, 0, 1:zavyT/cezQr1fmImYCwYnMXbgck=",
        "58, 3ffe:501:1800:2345::2, 3ffe:507:0:1:200:86ff:fe05:80da, 3, 0, 1:2ObVBgIn28oZvibYZhZMBgh7WdQ=",
        "58, 3ffe:501:410:0:2c0:dfff:fe47:33e, 3ffe:507:0:1:200:86ff:fe05:80da, 1, 4, 1:hLZd0XGWojozrvxqE0dWB1iM6R0=",
        "58, 3ffe:507:0:1:200:86ff:fe05:80da, 3ffe:501:0:1001::2, 128, 0, 1:+TW+HtLHvV1xnGhV1lv7XoJrqQg=",
        "58, 3ffe:501:0:1001::2, 3ffe:507:0:1:200:86ff:fe05:80da, 129, 0, 1:+TW+HtLHvV1xnGhV1lv7XoJrqQg=",
        "58, fe80::200:86ff:fe05:80da, ff02::2, 133, 0, 1:hO+sN4H+MG5MY/8hIrXPqc4ZQz0=",
        "58, fe80::260:97ff:fe07:69ea, ff02::1, 134, 0, 1:pkvHqCL88/tg1k4cPigmZXUtL00=",
        "1, 192.168.0.89, 192.168.0.1, 8, 0, 1:X0snYXpgwiv9TZtqg64sgzUn6Dk=",
        "1, 192.168.0.1, 192.168.0.89, 0, 0, 1:X0snYXpgwiv9TZtqg64sgzUn6Dk=",
        "1, 10.0.0.1, 10.0.0.2, 11, 0, 1:YHxtAirCG//0OzkcVAukqKQN9xM=",
        "6, 2001:470:e5bf:dead:4957:2174:e82c:4887, 2607:f8b0:400c:c03::1a, 63943, 25, 1:/qFaeAR+gFe1KYjMzVDsMv+wgU4=",
        "6, 2607:f8b0:400c:c03::1a, 2001:470:e5bf:dead:4957:2174:e82c:4887, 25, 63943, 1:/qFaeAR+gFe1KYjMzVDsMv+wgU4=",
        "132, 192.168.170.8, 192.168.170.56, 7, 7, 1:MP2EtRCAUIZvTw6MxJHLV7N7JDs=",
        "132, 192.168.170.56, 192.168.170.8, 7, 7, 1:MP2EtRCAUIZvTw6MxJHLV7N7JDs=",
        "6, 128.232.110.120, 66.35.250.204, 34855, 80, 1:LQU9qZlK+B5F3KDmev6m5PMibrg=",
        "6, 66.35.250.204, 128.232.110.120, 80, 34855, 1:LQU9qZlK+B5F3KDmev6m5PMibrg=",
        "17, 192.168.1.52, 8.8.8.8, 54585, 53, 1:d/FP5EW3wiY1vCndhwleRRKHowQ=",
        "17, 8.8.8.8, 192.168.1.52, 53, 54585, 1:d/FP5EW3wiY1vCndhwleRRKHowQ=",
        "46, 10.1.12.1, 10.1.12.2, 0, 0, 1:KHlLkgoJW7ifUTyTSgyVfkFHzKw=",
        "46, 10.1.12.2, 10.1.12.1, 0, 0, 1:KHlLkgoJW7ifUTyTSgyVfkFHzKw="
    })
    void isThatOfTheSpecification(
            int protocol, String source, String destination, int first, int second, String expected) {
        assertEquals(expected, of(tuple(protocol, source, destination, first, second)));
    }

    @Test
    void behindNatItIsThatOfTheAnswersTupleReadBackwards() {
        TupleView original = tuple(17, "192.168.1.52", "203.0.113.1", 54_585, 53);
        TupleView reply = tuple(17, "8.8.8.8", "192.0.2.1", 53, 1024);
        assertEquals(of(tuple(17, "192.0.2.1", "8.8.8.8", 1024, 53)), postNat(original, reply));
        assertNotEquals(of(original), postNat(original, reply));
    }

    /** A message without an answer has one direction: that in which it leaves. */
    @Test
    void behindNatAnIcmpMessageHasTheTypeThatItCameWith() {
        TupleView original = tuple(1, "192.168.1.52", "10.0.0.2", 11, 3);
        TupleView reply = tuple(1, "10.0.0.2", "192.0.2.1", 0, 0);
        assertEquals(of(tuple(1, "192.0.2.1", "10.0.0.2", 11, 3)), postNat(original, reply));
    }

    @Test
    void allocatesNothing() throws Exception {
        TupleView original = tuple(17, "192.168.1.52", "8.8.8.8", 54_585, 53);
        TupleView reply = tuple(17, "8.8.8.8", "192.0.2.1", 53, 1024);
        MemorySegment memory = MemorySegment.ofArray(new byte[CommunityId.LENGTH]);
        assertEquals(0, Math.max(0, AllocatedBytes.leastOf(50, () -> {
            for (int i = 0; i < ROUNDS; i++) {
                id.write(original, memory, 0);
                id.writePostNat(original, reply, memory, 0);
            }
        })));
    }

    private String of(TupleView tuple) {
        byte[] text = new byte[CommunityId.LENGTH];
        id.write(tuple, MemorySegment.ofArray(text), 0);
        return new String(text, StandardCharsets.US_ASCII);
    }

    private String postNat(TupleView original, TupleView reply) {
        byte[] text = new byte[CommunityId.LENGTH];
        id.writePostNat(original, reply, MemorySegment.ofArray(text), 0);
        return new String(text, StandardCharsets.US_ASCII);
    }

    private static TupleView tuple(int protocol, String source, String destination, int first, int second) {
        return new Tuple(
                MemorySegment.ofArray(InetAddress.ofLiteral(source).getAddress()),
                MemorySegment.ofArray(InetAddress.ofLiteral(destination).getAddress()),
                protocol,
                first,
                second);
    }

    /** Of any protocol, with ports or ICMP's type and code. */
    private record Tuple(MemorySegment source, MemorySegment destination, int protocol, int first, int second)
            implements TupleView {
        private boolean isIcmp() {
            return protocol == 1 || protocol == 58;
        }

        @Override
        public boolean isIpv6() {
            return source.byteSize() > 4;
        }

        @Override
        public void copySource(MemorySegment to, long offset) {
            MemorySegment.copy(source, 0, to, offset, source.byteSize());
        }

        @Override
        public void copyDestination(MemorySegment to, long offset) {
            MemorySegment.copy(destination, 0, to, offset, destination.byteSize());
        }

        @Override
        public long sourceHigh() {
            throw new UnsupportedOperationException();
        }

        @Override
        public long sourceLow() {
            throw new UnsupportedOperationException();
        }

        @Override
        public long destinationHigh() {
            throw new UnsupportedOperationException();
        }

        @Override
        public long destinationLow() {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean hasPorts() {
            return !isIcmp();
        }

        @Override
        public int sourcePort() {
            return isIcmp() ? 0 : first;
        }

        @Override
        public int destinationPort() {
            return isIcmp() ? 0 : second;
        }

        @Override
        public int icmpType() {
            return isIcmp() ? first : 0;
        }

        @Override
        public int icmpCode() {
            return isIcmp() ? second : 0;
        }

        @Override
        public int icmpId() {
            return 0;
        }

        @Override
        public int protocolKey() {
            return 0;
        }

        @Override
        public int zone() {
            return 0;
        }
    }
}
