package io.nurs.appliance.config;

import java.net.InetAddress;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Host name, IPv4 or IPv6 address (without brackets) and port. Only the syntax is checked here: names are resolved when used. */
public record CollectorAddress(String host, int port) {
    private static final String EXAMPLES = "write it as 192.0.2.10:9995, [2001:db8::1]:9995 or collector.example:9995";
    private static final Pattern BRACKETED = Pattern.compile("\\[([0-9a-fA-F:.]+)(%[A-Za-z0-9._-]{1,15})?](?::(.*))?");
    private static final Pattern OCTET = Pattern.compile("0|[1-9][0-9]{0,2}");
    private static final Pattern LABEL = Pattern.compile("[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?");
    private static final Pattern NUMERIC_END = Pattern.compile("(?:.*\\.)?[0-9]+");

    /** Reads {@code HOST}, {@code HOST:PORT}, {@code [IPV6]} or {@code [IPV6]:PORT}. */
    public static CollectorAddress parse(String text, int defaultPort) {
        if (text.startsWith("[")) {
            return parseBracketed(text, defaultPort);
        }
        int colon = text.indexOf(':');
        if (colon != text.lastIndexOf(':')) {
            throw new IllegalArgumentException(
                    ScalarText.quote(text) + ": an IPv6 address needs brackets, such as [2001:db8::1]:9995");
        }
        String host = colon < 0 ? text : text.substring(0, colon);
        checkHost(host, text);
        return new CollectorAddress(host, colon < 0 ? defaultPort : port(text.substring(colon + 1)));
    }

    private static CollectorAddress parseBracketed(String text, int defaultPort) {
        Matcher matcher = BRACKETED.matcher(text);
        if (!matcher.matches() || !matcher.group(1).contains(":")) {
            throw notAnAddress(text);
        }
        try {
            InetAddress.ofLiteral(matcher.group(1));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(ScalarText.quote(matcher.group(1)) + " is not an IPv6 address", e);
        }
        String zone = matcher.group(2) == null ? "" : matcher.group(2);
        return new CollectorAddress(
                matcher.group(1) + zone, matcher.group(3) == null ? defaultPort : port(matcher.group(3)));
    }

    private static void checkHost(String host, String text) {
        if (NUMERIC_END.matcher(host).matches()) {
            checkIpv4(host);
            return;
        }
        String name = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
        if (name.length() > 253) {
            throw notAnAddress(text);
        }
        for (String label : name.split("\\.", -1)) {
            if (!LABEL.matcher(label).matches()) {
                throw notAnAddress(text);
            }
        }
    }

    private static void checkIpv4(String host) {
        String[] octets = host.split("\\.", -1);
        boolean valid = octets.length == 4;
        for (String octet : octets) {
            valid = valid && OCTET.matcher(octet).matches() && Integer.parseInt(octet) < 256;
        }
        if (!valid) {
            throw new IllegalArgumentException(ScalarText.quote(host) + " is not an IPv4 address; " + EXAMPLES);
        }
    }

    private static int port(String text) {
        long port = ScalarText.integer(text);
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("port " + port + " is outside 1 to 65535");
        }
        return (int) port;
    }

    private static IllegalArgumentException notAnAddress(String text) {
        return new IllegalArgumentException(ScalarText.quote(text) + " is not a collector's address; " + EXAMPLES);
    }

    /** Whether both are written for the same place: case and the many forms of an IPv6 address do not count. */
    boolean isSameAs(CollectorAddress other) {
        return port == other.port && canonicalHost().equals(other.canonicalHost());
    }

    private String canonicalHost() {
        if (!host.contains(":")) {
            String name = host.toLowerCase(Locale.ROOT);
            return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
        }
        int percent = host.indexOf('%');
        return percent < 0
                ? InetAddress.ofLiteral(host).getHostAddress()
                : InetAddress.ofLiteral(host.substring(0, percent)).getHostAddress() + host.substring(percent);
    }

    @Override
    public String toString() {
        return (host.contains(":") ? "[" + host + "]:" : host + ":") + port;
    }
}
