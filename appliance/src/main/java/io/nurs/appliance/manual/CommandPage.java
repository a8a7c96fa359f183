package io.nurs.appliance.manual;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** What the command line understands, as picocli knows it. */
final class CommandPage {
    private final Roff page;

    CommandPage(Roff page) {
        this.page = page;
    }

    void write(CommandLine nursd) {
        List<CommandLine> commands = nursd.getSubcommands().values().stream()
                .filter(command -> !command.getCommandSpec().usageMessage().hidden())
                .toList();
        page.section("Name")
                .line(nursd.getCommandName() + " - "
                        + lowerCase(text(nursd.getCommandSpec().usageMessage().description())));
        page.section("Synopsis");
        commands.forEach(command -> page.macro(".PP").line(synopsis(command)));
        page.section("Options");
        nursd.getCommandSpec().options().forEach(this::option);
        page.section("Commands");
        commands.forEach(this::command);
    }

    private static String synopsis(CommandLine command) {
        String name = command.getCommandSpec().qualifiedName();
        String words = new Help(command.getCommandSpec(), Help.defaultColorScheme(Help.Ansi.OFF))
                .synopsis(0)
                .replaceAll("\\s+", " ")
                .strip();
        return "**" + name + "**" + words.substring(name.length());
    }

    private void command(CommandLine command) {
        CommandSpec spec = command.getCommandSpec();
        page.subsection(spec.name()).line(text(spec.usageMessage().description()));
        for (PositionalParamSpec parameter : spec.positionalParameters()) {
            entry("*" + parameter.paramLabel() + "*", parameter);
        }
        spec.options().stream().filter(option -> !option.inherited()).forEach(this::option);
        Map<String, String> codes = spec.usageMessage().exitCodeList();
        if (!codes.equals(spec.root().usageMessage().exitCodeList())) {
            page.paragraph("Exit codes:");
            codes.forEach((code, meaning) -> page.term(code).line(meaning));
        }
    }

    private void option(OptionSpec option) {
        // Every command has those, as mixinStandardHelpOptions is inherited; they stand once.
        if (option.hidden() || (option.command().parent() != null && (option.usageHelp() || option.versionHelp()))) {
            return;
        }
        String names = String.join(
                ", ",
                Arrays.stream(option.names()).map(name -> "**" + name + "**").toList());
        entry(option.arity().max() == 0 ? names : names + " " + option.paramLabel(), option);
    }

    private void entry(String term, ArgSpec argument) {
        page.term(term).line(text(argument.description()));
    }

    private static String text(String... lines) {
        return String.join(" ", lines);
    }

    private static String lowerCase(String sentence) {
        String first = sentence.substring(0, 1).toLowerCase(Locale.ROOT);
        return first + sentence.substring(1).replaceFirst("\\.$", "");
    }
}
