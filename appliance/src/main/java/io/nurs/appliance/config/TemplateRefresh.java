package io.nurs.appliance.config;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * When templates and option records are sent again.
 *
 * @param packets after so many datagrams or ...
 * @param interval ... so much time, whichever comes first
 * @param copies of a new template that go ahead of its first record, in datagrams of their own
 */
public record TemplateRefresh(int packets, Duration interval, int copies) {
    private static final int MAX_COPIES = 16;

    // RFC 7011 §8.4 wants several copies; RFC 3954 says nothing of that.
    static TemplateRefresh defaults(FlowProtocol protocol) {
        return new TemplateRefresh(20, Duration.ofMinutes(10), protocol == FlowProtocol.IPFIX ? 2 : 0);
    }

    static TemplateRefresh read(@Nullable YamlSection section, TemplateRefresh fallback) {
        if (section == null) {
            return fallback;
        }
        TemplateRefresh refresh = new TemplateRefresh(
                (int) section.integer("packets", fallback.packets, 1, 1_000_000),
                section.duration("interval", fallback.interval, Duration.ofSeconds(1), Duration.ofDays(1)),
                (int) section.integer("copies", fallback.copies, 0, MAX_COPIES));
        section.finish();
        return refresh;
    }
}
