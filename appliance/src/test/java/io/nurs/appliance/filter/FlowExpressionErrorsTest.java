package io.nurs.appliance.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The exact words for each mistake: they are the operator's interface. */
class FlowExpressionErrorsTest {
    private static final List<String> PIECES = List.of(
            "protocol",
            "port",
            "sourceAddress",
            "destinationIPv6Address",
            "mark",
            "octetDeltaCount",
            "icmpTypeIPv4",
            "zone",
            "and",
            "or",
            "not",
            "in",
            "&&",
            "||",
            "!",
            "(",
            ")",
            "[",
            "]",
            ",",
            "==",
            "!=",
            "<",
            "<=",
            ">",
            ">=",
            "&",
            "tcp",
            "80",
            "1-2",
            "0x10",
            "192.0.2.1",
            "10.0.0.0/8",
            "::1",
            "2001:db8::/32",
            "99999999999999999999",
            "-",
            "/",
            ":",
            ".",
            "::ffff:1.2.3.4",
            "\n",
            "\t",
            "\u0000",
            "\"",
            "é",
            "\ud800",
            "=",
            "|",
            "10.0.0.0/",
            "::/129",
            "1-",
            "-1",
            "idleTimeout");

    private static void assertError(String expression, String expected) {
        assertEquals(expected, message(expression));
    }

    private static String message(String expression) {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> FlowExpression.parse(expression), expression);
        return String.valueOf(e.getMessage());
    }

    private static void assertErrorStarts(String expression, String expected) {
        String message = message(expression);
        assertTrue(message.startsWith(expected), message);
    }

    @Test
    void suggestsTheNearestField() {
        assertErrorStarts(
                "protocol == tcp and destinationTransportport == 443",
                "column 21: \"destinationTransportport\" is no field that conntrack knows; did you mean"
                        + " destinationTransportPort? known fields: protocolIdentifier, protocol, sourceIPv4Address, ");
        assertErrorStarts(
                "tcpControlBits == 2", "column 1: \"tcpControlBits\" is no field that conntrack knows; known fields: ");
        assertError("tcp and port == 80", "column 1: \"tcp\" is no field: write protocol == tcp");
    }

    @Test
    void suggestsTheNearestValue() {
        assertError(
                "protocol == tpc",
                "column 13: \"tpc\" is no protocol, which protocol wants: write a number from 0 to 255; did you mean tcp?"
                        + " known names: tcp, udp, icmp, icmp6, icmpv6, sctp, gre, dccp, udplite");
    }

    @Test
    void saysWhatWasExpected() {
        assertError("", "column 1: expected a field, not or (, found the expression's end");
        assertError("port", "column 5: expected ==, !=, <, <=, >, >= or in after port, found the expression's end");
        assertError("port == ", "column 9: expected a value, found the expression's end");
        assertError("port == and", "column 9: expected a value, found \"and\"");
        assertError("port == 80 protocol == tcp", "column 12: expected and, or, or the end, found \"protocol\"");
        assertError("(port == 80", "column 12: expected and, or, or ), found the expression's end");
        assertError("port == 80)", "column 11: expected and, or, or the end, found \")\"");
        assertError("port in [80, ]", "column 14: expected a value, found \"]\"");
        assertError("port in [80 443]", "column 13: expected a comma or ], found \"443\"");
        assertError("port not 80", "column 10: expected in after not, found \"80\"");
        assertError("port = 80", "column 6: equality is written ==");
        assertError("port == 80 | port == 81", "column 12: write or, or ||");
        assertError("port == \"80\"", "column 9: values take no quotes here");
        assertError("port == 80 § 1", "column 12: \"§\" has no meaning here");
    }

    @Test
    void namesTheLineWhereThereAreSeveral() {
        assertError(
                "port == 80\n  or prot == tcp or\n port == 65536",
                "line 2, column 6: " + message("prot == tcp").substring("column 1: ".length()));
        assertError("port == 80 or\n port == 65536\n", "line 2, column 10: 65536 is outside 0 to 65535");
    }

    @Test
    void refusesWhatIsOfAnotherType() {
        assertError(
                "port == 10.0.0.0/8",
                "column 9: \"10.0.0.0/8\" is no port, which port wants: write a number from 0 to 65535");
        assertError(
                "sourceAddress == 443",
                "column 18: \"443\" is no address: write one such as 192.0.2.1 or 2001:db8::1, or with `in` a prefix such as"
                        + " 192.0.2.0/24");
        assertError(
                "sourceIPv4Address in [10.0.0.0/8, 2001:db8::/32]",
                "column 35: \"2001:db8::/32\" is IPv6, and sourceIPv4Address is not: use the field of that family, or the one"
                        + " of both such as sourceAddress");
        assertError(
                "sourceAddress < 10.0.0.1",
                "column 17: addresses have no order: use ==, != or `in` with sourceAddress, not <");
        assertError("port & 1 == 1", "column 6: only mark has bits to choose by &; for a logical and write and, or &&");
    }

    @Test
    void wantsInForWhatHasSeveralValues() {
        assertError("port == 80-90", "column 9: \"80-90\" is a range: write port in 80-90");
        assertError(
                "sourceAddress == 10.0.0.0/8",
                "column 18: \"10.0.0.0/8\" is a prefix: write sourceAddress in 10.0.0.0/8");
    }

    @Test
    void refusesPrefixesWithBitsBeyondTheirLength() {
        assertError(
                "address in 192.0.2.1/24",
                "column 12: \"192.0.2.1/24\" has bits beyond its length: write 192.0.2.0/24, or leave the length out if one"
                        + " address is meant");
        assertError(
                "address in 2001:db8::1/32",
                "column 12: \"2001:db8::1/32\" has bits beyond its length: write 2001:db8::/32, or leave the length out if one"
                        + " address is meant");
        assertError(
                "address in 10.0.0.0/33",
                "column 12: \"10.0.0.0/33\": the length of an IPv4 prefix is a number from 0 to 32");
        assertError(
                "address in ::/129", "column 12: \"::/129\": the length of an IPv6 prefix is a number from 0 to 128");
        assertError("address == 192.0.2.256", "column 12: \"192.0.2.256\" is no IPv4 address");
        assertError("address == 2001:db8:::1", "column 12: \"2001:db8:::1\" is no IPv6 address");
    }

    @Test
    void refusesWhatNoFlowCouldMatch() {
        assertError("port == 65536", "column 9: 65536 is outside 0 to 65535");
        assertError("port > 65535", "column 8: nothing would match: port is from 0 to 65535");
        assertError("port < 0", "column 8: nothing would match: port is from 0 to 65535");
        assertError(
                "mark & 0xff == 0x100", "column 16: value 0x100 has bits outside mask 0xff, so no mark would match");
        assertError("mark & 0x1ffffffff == 1", "column 8: \"0x1ffffffff\" does not fit in 32 bits");
        assertError("port in 90-80", "column 9: \"90-80\" ends before it begins: write the smaller port first");
        assertError(
                "port == 010",
                "column 9: \"010\" is octal to some and decimal to others: drop the leading zero, or write 0o for octal");
        assertError("octetDeltaCount > 99999999999999999999", "column 19: \"99999999999999999999\" is too large");
    }

    @Test
    void boundsDepthAndLength() {
        assertError("(".repeat(100_000), "longer than 65536 characters; share it out over several filters");
        assertError("(".repeat(60_000), "column 33: nested more than 32 levels deep");
        assertError("!".repeat(60_000), "column 33: nested more than 32 levels deep");
        FlowExpression.parse("(".repeat(32) + "port == 1" + ")".repeat(32));
        // What stands side by side is not nested.
        FlowExpression.parse("port == 1" + " or (port == 2)".repeat(4_000));
    }

    @Test
    void anyTextIsAnExpressionOrAnErrorOfOneLine() {
        int valid = 0;
        for (int seed = 0; seed < 50_000; seed++) {
            String text = text(new Random(seed));
            try {
                FlowExpression.parse(text);
                valid++;
            } catch (IllegalArgumentException e) {
                String message = String.valueOf(e.getMessage());
                if (!message.contains("column ") || message.lines().count() != 1) {
                    fail("seed " + seed + ": " + message);
                }
            } catch (RuntimeException | StackOverflowError e) {
                fail("seed " + seed + ": " + text, e);
            }
        }
        assertTrue(valid > 300, valid + " were valid");
    }

    /** Half of them nearly right. */
    private static String text(Random random) {
        StringBuilder text = new StringBuilder(
                random.nextBoolean() ? "port == 80 and (mark & 0xf0 == 0x10 or address in [10.0.0.0/8, ::/0])" : "");
        for (int i = random.nextInt(6); i >= 0; i--) {
            int at = random.nextInt(text.length() + 1);
            switch (random.nextInt(3)) {
                case 0 -> text.insert(at, " " + PIECES.get(random.nextInt(PIECES.size())) + " ");
                case 1 -> text.insert(at, PIECES.get(random.nextInt(PIECES.size())));
                default -> text.delete(at, Math.min(text.length(), at + random.nextInt(6)));
            }
        }
        return text.toString();
    }
}
