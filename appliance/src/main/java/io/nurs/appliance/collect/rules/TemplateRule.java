package io.nurs.appliance.collect.rules;

import io.nurs.flow.DecodedTemplate;
import io.nurs.flow.DecodedTemplate.FieldSpecifier;
import io.nurs.flow.InformationElement;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What a collector does with a template. */
enum TemplateRule {
    /** It learns any, and skips the fields that it does not know. */
    ANY {
        @Override
        Lesson learn(DecodedTemplate template, int version, ElementSet known) {
            return Lesson.LEARNT;
        }
    },

    /**
     * It learns those only whose elements are all in its dictionary. Two fields of one name leave its decoder with an
     * exception that nothing handles, and the rest of the message is lost as well. logstash-plugins/logstash-codec-netflow
     * 01b447b, lib/logstash/codecs/netflow.rb: "throw :field unless entry"; BinData::Struct raises NameError, and decode
     * rescues ValidityError and IOError. Issues 93 and 142 there
     */
    BY_DICTIONARY {
        @Override
        Lesson learn(DecodedTemplate template, int version, ElementSet known) {
            List<FieldSpecifier> fields = template.fields();
            Set<Long> names = new HashSet<>();
            boolean isRepeated = false;
            for (FieldSpecifier field : fields) {
                InformationElement element = field.element();
                if (isNetflow9Scope(element, version)) {
                    continue;
                }
                if (!known.contains(element)) {
                    return Lesson.UNKNOWN_ELEMENT;
                }
                isRepeated |= !names.add(nameOf(element, version));
            }
            return isRepeated ? Lesson.REPEATED_NAME : Lesson.LEARNT;
        }
    };

    /** Scope types of NetFlow v9 are no elements. */
    private static final int SCOPE_ENTERPRISE = 0xffff_ffff;

    abstract Lesson learn(DecodedTemplate template, int version, ElementSet known);

    private static boolean isNetflow9Scope(InformationElement element, int version) {
        return version == SetSplitter.NETFLOW9 && element.enterprise() == SCOPE_ENTERPRISE;
    }

    /** Ids stand for names; in netflow.yaml both 32 and 176 are called icmp_type. */
    private static long nameOf(InformationElement element, int version) {
        int id = version == SetSplitter.NETFLOW9 && element.id() == 176 ? 32 : element.id();
        return (long) element.enterprise() << Integer.SIZE | id;
    }

    /** What became of a template. */
    enum Lesson {
        LEARNT(""),
        UNKNOWN_ELEMENT("an element that is not in the dictionary"),
        REPEATED_NAME("two fields of one name; the rest of the message is lost too");

        private final String why;

        Lesson(String why) {
            this.why = why;
        }

        String why() {
            return why;
        }
    }
}
