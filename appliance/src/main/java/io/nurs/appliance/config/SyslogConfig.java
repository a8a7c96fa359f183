package io.nurs.appliance.config;

import java.util.Locale;

/**
 * What each message to a syslog daemon says of itself.
 *
 * @param appName who sends it: APP-NAME of RFC 5424, the tag of syslog(3)
 */
public record SyslogConfig(Facility facility, Severity severity, String appName, Format format) {
    /** RFC 5424 §6.2.5 */
    private static final int LONGEST_NAME = 48;

    private static final int SEVERITIES = 8;

    /** RFC 5424, table 1, as far as programs are meant; named as syslog.conf(5) has them. */
    public enum Facility {
        USER(1),
        MAIL(2),
        DAEMON(3),
        AUTH(4),
        SYSLOG(5),
        LPR(6),
        NEWS(7),
        UUCP(8),
        CRON(9),
        AUTHPRIV(10),
        FTP(11),
        LOCAL0(16),
        LOCAL1(17),
        LOCAL2(18),
        LOCAL3(19),
        LOCAL4(20),
        LOCAL5(21),
        LOCAL6(22),
        LOCAL7(23);

        private final int number;

        Facility(int number) {
            this.number = number;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** RFC 5424, table 2; named likewise. */
    public enum Severity {
        EMERG(0),
        ALERT(1),
        CRIT(2),
        ERR(3),
        WARNING(4),
        NOTICE(5),
        INFO(6),
        DEBUG(7);

        private final int number;

        Severity(int number) {
            this.number = number;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What stands before the text. */
    public enum Format {
        /** Version 1, with host and time zone. */
        RFC5424("rfc5424"),
        /** What syslog(3) writes to the daemon of its own host. */
        LOCAL("local");

        private final String word;

        Format(String word) {
            this.word = word;
        }

        @Override
        public String toString() {
            return word;
        }
    }

    static SyslogConfig read(YamlSection exporter, OutputPlace place) {
        boolean isLocal = place instanceof OutputSocket socket && socket.kind() == OutputSocket.Kind.UNIX_DATAGRAM;
        return new SyslogConfig(
                exporter.choice("facility", Facility.LOCAL0),
                exporter.choice("severity", Severity.INFO),
                exporter.read("app-name", "nurs", SyslogConfig::name),
                exporter.choice("format", isLocal ? Format.LOCAL : Format.RFC5424));
    }

    /** §6.2.5; a tag ends with a colon or a bracket. */
    private static String name(String text) {
        if (!text.matches("[!-~&&[^:\\[\\]]]{1," + LONGEST_NAME + "}")) {
            throw new IllegalArgumentException(ScalarText.quote(text) + " is no app-name: use up to " + LONGEST_NAME
                    + " printable characters of ASCII, without spaces, colons and brackets");
        }
        return text;
    }

    /** PRIVAL, RFC 5424 §6.2.1 */
    public int priority() {
        return facility.number * SEVERITIES + severity.number;
    }
}
