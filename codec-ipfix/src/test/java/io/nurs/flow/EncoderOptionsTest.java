package io.nurs.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class EncoderOptionsTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    @Test
    void acceptsTheLimits() {
        assertEquals(0xffff_ffffL, new EncoderOptions(0xffff_ffffL, 65507, 1, MINUTE).observationDomain());
        assertEquals(64, new EncoderOptions(0, 64, 1, Duration.ofMillis(1)).maxDatagramBytes());
    }

    @Test
    void refusesWhatIsBeyond() {
        assertRefused("observation domain -1", -1, 1400, 1, MINUTE);
        assertRefused("observation domain 4294967296", 1L << 32, 1400, 1, MINUTE);
        assertRefused("max datagram bytes 63", 0, 63, 1, MINUTE);
        assertRefused("max datagram bytes 65508", 0, 65508, 1, MINUTE);
        assertRefused("template refresh packets 0", 0, 1400, 0, MINUTE);
        assertRefused("template refresh interval PT0S", 0, 1400, 1, Duration.ZERO);
    }

    @Test
    void streamsHaveLongerMessages() {
        assertEquals(65535, EncoderOptions.stream(1, 65535, MINUTE).maxDatagramBytes());
        assertThrows(IllegalArgumentException.class, () -> EncoderOptions.stream(1, 65536, MINUTE));
    }

    @Test
    void copiesOfNewTemplatesAreFew() {
        EncoderOptions options = new EncoderOptions(1, 512, 20, MINUTE);
        assertEquals(0, options.newTemplateCopies());
        assertEquals(16, options.withNewTemplateCopies(16).newTemplateCopies());
        assertThrows(IllegalArgumentException.class, () -> options.withNewTemplateCopies(17));
        assertThrows(IllegalArgumentException.class, () -> options.withNewTemplateCopies(-1));
    }

    private static void assertRefused(String what, long domain, int bytes, int packets, Duration interval) {
        Exception refusal = assertThrows(
                IllegalArgumentException.class, () -> new EncoderOptions(domain, bytes, packets, interval));
        assertTrue(refusal.toString().contains(what), refusal::toString);
    }
}
