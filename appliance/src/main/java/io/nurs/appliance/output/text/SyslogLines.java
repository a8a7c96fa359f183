package io.nurs.appliance.output.text;

import io.nurs.appliance.collect.ReadRecord;
import io.nurs.appliance.config.SyslogConfig;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** A message for a syslog daemon each. */
public final class SyslogLines implements RecordLines {
    /** "Mmm dd hh:mm:ss", the day with a space instead of a zero. RFC 3164 §4.1.2 */
    private static final DateTimeFormatter LOCAL_TIME = DateTimeFormatter.ofPattern("MMM ppd HH:mm:ss", Locale.ROOT);

    private final SyslogConfig config;
    private final boolean counted;
    private final String host;
    private final long pid;

    /**
     * From this process.
     *
     * @param counted whether each has its length before it instead of a line feed behind it: RFC 6587 §3.4.1, RFC 5425 §4.3
     * @param host this one's name
     */
    public SyslogLines(SyslogConfig config, boolean counted, String host, long pid) {
        this.config = config;
        this.counted = counted;
        this.host = host.isEmpty() ? "-" : host;
        this.pid = pid;
    }

    @Override
    public String beginning() {
        return "<" + config.priority() + ">";
    }

    @Override
    public void append(StringBuilder text, ReadRecord record) {
        StringBuilder message = new StringBuilder(beginning());
        appendHeader(message, record.message().exportTime());
        FirewallText.append(message, record);
        if (counted) {
            int length = message.toString().getBytes(StandardCharsets.UTF_8).length;
            text.append(length).append(' ').append(message);
        } else {
            text.append(message).append('\n');
        }
    }

    private void appendHeader(StringBuilder message, Instant time) {
        switch (config.format()) {
            case RFC5424 ->
                message.append("1 ")
                        .append(time)
                        .append(' ')
                        .append(host)
                        .append(' ')
                        .append(config.appName())
                        .append(' ')
                        .append(pid)
                        .append(" flow - ");
            case LOCAL ->
                message.append(LOCAL_TIME.format(time.atZone(ZoneId.systemDefault())))
                        .append(' ')
                        .append(config.appName())
                        .append('[')
                        .append(pid)
                        .append("]: ");
        }
    }
}
