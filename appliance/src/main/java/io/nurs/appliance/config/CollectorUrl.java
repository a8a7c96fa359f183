package io.nurs.appliance.config;

import java.util.List;

/** Reads {@code --collector}. */
final class CollectorUrl {
    static final String ORIGIN = "--collector";

    private static final String SCHEME = "netflow9://";

    private CollectorUrl() {}

    static Netflow9ExporterConfig read(String url) throws ConfigException {
        try {
            if (!url.startsWith(SCHEME)) {
                throw new IllegalArgumentException(
                        ScalarText.quote(url) + " is not a collector's URL; write it as netflow9://192.0.2.10:9995");
            }
            return Netflow9ExporterConfig.defaults("main", CollectorAddress.parse(url.substring(SCHEME.length())));
        } catch (IllegalArgumentException e) {
            throw new ConfigException(List.of(new ConfigError(ORIGIN, 0, 0, "", String.valueOf(e.getMessage()))));
        }
    }
}
