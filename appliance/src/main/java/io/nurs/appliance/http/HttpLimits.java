package io.nurs.appliance.http;

import java.time.Duration;

/**
 * How long a client may take.
 *
 * @param request from the connection's begin to the end of its first request
 * @param idle from an answer to the end of the next request. Longer than most scrape intervals
 * @param answer to take an answer
 */
record HttpLimits(Duration request, Duration idle, Duration answer) {
    static final HttpLimits DEFAULTS =
            new HttpLimits(Duration.ofSeconds(10), Duration.ofSeconds(75), Duration.ofSeconds(30));

    /** Octets of METHOD PATH VERSION. */
    static final int MAX_LINE_BYTES = 4096;

    /** Octets of all headers together. */
    static final int MAX_HEADER_BYTES = 8192;
}
