package io.nurs.appliance.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import java.io.StringWriter;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Makes a line of a fact. Only a stack trace has several in text.
 *
 * @param stacks whether exceptions have their stack traces
 * @param journal whether systemd's journal reads: it has its own time, and takes the priority from the line's beginning
 */
record LogLine(LogFormat format, boolean stacks, boolean journal) {
    private static final DateTimeFormatter LOCAL =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSXXX").withZone(ZoneId.systemDefault());
    private static final DateTimeFormatter UTC =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSXXX").withZone(ZoneOffset.UTC);
    /** All facts of a part begin in this way. */
    private static final Pattern PART = Pattern.compile("(source|exporter|spool|stack) ([A-Za-z0-9._/-]+): .*");

    private static final int MAX_CAUSES = 8;

    /** Made when the first line asks for it: most logs are text. */
    private static final class Json {
        static final JsonFactory FACTORY = new JsonFactory();
    }

    /** With its line feed. */
    String of(ILoggingEvent event) {
        LogLevel level = LogLevel.of(event.getLevel());
        String message = onOneLine(event.getFormattedMessage());
        IThrowableProxy exception = event.getThrowableProxy();
        String text = switch (format) {
            case TEXT -> text(event.getInstant(), level, message, exception);
            case JSON -> json(event.getInstant(), level, message, exception);
        };
        return journal
                ? text.lines()
                        .map(line -> "<" + level.priority() + ">" + line + "\n")
                        .collect(Collectors.joining())
                : text + "\n";
    }

    private String text(Instant time, LogLevel level, String message, @Nullable IThrowableProxy exception) {
        StringBuilder line = new StringBuilder();
        if (!journal) {
            line.append(LOCAL.format(time)).append(" %-5s ".formatted(level.name()));
        }
        line.append(message);
        if (exception != null) {
            String chain = chain(exception, message);
            line.append(chain.isEmpty() ? "" : " (" + chain + ")");
            if (stacks) {
                line.append('\n').append(stack(exception).strip());
            }
        }
        return line.toString();
    }

    private String json(Instant time, LogLevel level, String message, @Nullable IThrowableProxy exception) {
        StringWriter line = new StringWriter();
        try (JsonGenerator json = Json.FACTORY.createGenerator(ObjectWriteContext.empty(), line)) {
            json.writeStartObject();
            json.writeStringProperty("time", UTC.format(time));
            json.writeStringProperty("level", level.toString());
            Matcher part = PART.matcher(message);
            if (part.matches()) {
                json.writeStringProperty(part.group(1), part.group(2));
            }
            json.writeStringProperty("message", message);
            if (exception != null) {
                json.writeStringProperty("exception", chain(exception, ""));
                if (stacks) {
                    json.writeStringProperty("stack", ThrowableProxyUtil.asString(exception));
                }
            }
            json.writeEndObject();
        }
        return line.toString();
    }

    /** As Java prints it, but that what it says in its own words takes one line. */
    private static String stack(IThrowableProxy exception) {
        StringBuilder text = new StringBuilder();
        int depth = 0;
        for (IThrowableProxy cause = exception; cause != null && depth < MAX_CAUSES; cause = cause.getCause()) {
            stack(text, 0, depth == 0 ? "" : "Caused by: ", cause);
            for (IThrowableProxy suppressed : cause.getSuppressed()) {
                stack(text, 1, "Suppressed: ", suppressed);
            }
            depth++;
        }
        return text.toString();
    }

    private static void stack(StringBuilder text, int indent, String before, IThrowableProxy exception) {
        String message = exception.getMessage();
        text.append("\t".repeat(indent))
                .append(before)
                .append(onOneLine(exception.getClassName() + (message == null ? "" : ": " + message)))
                .append('\n');
        ThrowableProxyUtil.subjoinSTEPArray(text, indent + 1, exception);
    }

    /** Causes from the outermost in, without those that the message has told of. */
    private static String chain(IThrowableProxy exception, String told) {
        StringBuilder chain = new StringBuilder();
        int depth = 0;
        for (IThrowableProxy cause = exception; cause != null && depth < MAX_CAUSES; cause = cause.getCause()) {
            String message = cause.getMessage();
            String words = onOneLine(cause.getClassName() + (message == null ? "" : ": " + message));
            if (!told.contains(words)) {
                chain.append(chain.isEmpty() ? "" : ", caused by ").append(words);
            }
            depth++;
        }
        return chain.toString();
    }

    /** What would begin a line of its own, or steer a terminal, is written as Java writes it. */
    private static String onOneLine(String text) {
        if (text.chars().noneMatch(Character::isISOControl)) {
            return text;
        }
        StringBuilder line = new StringBuilder();
        text.chars().forEach(c -> {
            switch (c) {
                case '\n' -> line.append("\\n");
                case '\r' -> line.append("\\r");
                case '\t' -> line.append("\\t");
                default -> line.append(Character.isISOControl(c) ? "\\u%04x".formatted(c) : String.valueOf((char) c));
            }
        });
        return line.toString();
    }
}
