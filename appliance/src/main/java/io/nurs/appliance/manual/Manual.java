package io.nurs.appliance.manual;

import io.nurs.appliance.command.Nursd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import picocli.AutoComplete;

/**
 * A program of its own, for docker/package/build.sh: {@code Manual docs/configuration.md DIRECTORY} writes nursd.8, nursd.yaml.5 and
 * nursd.bash.
 */
public final class Manual {
    private static final String EXIT_CODES = "Exit codes";
    /** The package has a unit, and the codes are the command's. */
    private static final Set<String> ELSEWHERE = Set.of("Under a service manager", EXIT_CODES);

    private Manual() {}

    public static void main(String[] arguments) throws IOException {
        String reference = Files.readString(Path.of(arguments[0]));
        Path into = Path.of(arguments[1]);
        Files.writeString(into.resolve("nursd.8"), command(reference));
        Files.writeString(into.resolve("nursd.yaml.5"), configuration(reference));
        Files.writeString(into.resolve("nursd.bash"), AutoComplete.bash("nursd", Nursd.commandLine()));
    }

    static String command(String reference) {
        Roff page = new Roff("nursd", 8, "nurs", "System Manager's Manual");
        new CommandPage(page).write(Nursd.commandLine());
        page.section("Signals");
        page.term("SIGTERM, SIGINT").line("The last reports are sent, and nursd ends.");
        page.term("SIGHUP").line("The configuration is read again; what has not changed goes on.");
        page.term("SIGUSR2").line("Live flows are reported at once.");
        new Markdown(page, EXIT_CODES::equals).write(reference);
        page.section("Files");
        page.term("/etc/nurs/nursd.yaml").line("What the service is told, nursd.yaml(5).");
        page.term("/run/nurs").line("Totals of flows that live, and word of the last reload.");
        page.term("/var/lib/nurs").line("Spools and flow files.");
        page.term("/usr/lib/sysctl.d/50-nurs.conf").line("Has conntrack count and keep times.");
        seeAlso(page, "nursd.yaml(5), conntrack(8), sysctl.d(5), nfcapd(1)");
        return page.toString();
    }

    static String configuration(String reference) {
        Roff page = new Roff("nursd.yaml", 5, "nurs", "File Formats Manual");
        page.section("Name").line("nursd.yaml - what nursd reads, and where it sends it");
        page.section("Description");
        new Markdown(page, heading -> !ELSEWHERE.contains(heading)).write(reference);
        seeAlso(page, "nursd(8)");
        return page.toString();
    }

    private static void seeAlso(Roff page, String pages) {
        page.section("See also").line(pages);
        page.paragraph("/usr/share/doc/nurs/docs has what the reference refers to.");
    }
}
