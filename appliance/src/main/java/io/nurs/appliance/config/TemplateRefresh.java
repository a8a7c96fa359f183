package io.nurs.appliance.config;

import java.time.Duration;

/** Templates are sent again after this many datagrams or this much time, whichever comes first. */
public record TemplateRefresh(int packets, Duration interval) {
    static final TemplateRefresh DEFAULT = new TemplateRefresh(20, Duration.ofMinutes(10));
}
