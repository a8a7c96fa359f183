package io.nurs.appliance.config;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Templates are sent again after this many datagrams or this much time, whichever comes first. */
public record TemplateRefresh(int packets, Duration interval) {
    static final TemplateRefresh DEFAULT = new TemplateRefresh(20, Duration.ofMinutes(10));

    static TemplateRefresh read(@Nullable YamlSection section) {
        if (section == null) {
            return DEFAULT;
        }
        TemplateRefresh refresh = new TemplateRefresh(
                (int) section.integer("packets", DEFAULT.packets, 1, 1_000_000),
                section.duration("interval", DEFAULT.interval, Duration.ofSeconds(1), Duration.ofDays(1)));
        section.finish();
        return refresh;
    }
}
