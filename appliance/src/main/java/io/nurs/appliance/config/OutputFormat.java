package io.nurs.appliance.config;

/** What records are written as that no collector reads. */
public enum OutputFormat {
    JSON("json", "JSON"),
    /** RFC 4180 */
    CSV("csv", "CSV"),
    XML("xml", "XML"),
    /** RFC 5424, or what syslog(3) writes. */
    SYSLOG("syslog", "syslog"),
    /** pcapng: packets, and no records. */
    PCAP("pcap", "pcapng");

    private final String word;
    private final String title;

    OutputFormat(String word, String title) {
        this.word = word;
        this.title = title;
    }

    /** As prose has it. */
    public String title() {
        return title;
    }

    @Override
    public String toString() {
        return word;
    }
}
