using System.Text;
using Nacre.Config;
using Nacre.Protocol.Algorithms;
using Nacre.Tools.Ssh;

namespace Nacre.Tools.Manuals;

/// <summary>Writes the completion of the tools for bash from the tables of their flags, of keywords and of algorithms.</summary>
internal static class BashCompletion
{
    /// <summary>Tools whose other words are hosts.</summary>
    private static readonly string[] ToHosts = ["ssh", "sftp", "scp", "ssh-copy-id", "ssh-keyscan"];

    /// <summary>What -o takes, by the tool; a tool that is not here has no -o for keywords.</summary>
    private static readonly Dictionary<string, string> OptionsOf = new()
    {
        ["ssh"] = "client",
        ["sftp"] = "client",
        ["scp"] = "client",
        ["ssh-copy-id"] = "client",
        ["sshd"] = "server",
    };

    /// <summary>Bash takes a word apart at = and :, so that a keyword and its value are words of their own.</summary>
    private const string Engine = """
        _nacre_hosts() {
            local key words word
            [[ -r ~/.ssh/config ]] || return
            while read -r key words; do
                [[ ${key,,} == host ]] || continue
                for word in $words; do [[ $word == *[*?!]* ]] || printf '%s\n' "$word"; done
            done < ~/.ssh/config
        }

        _nacre() {
            local tool=${COMP_WORDS[0]##*/} word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} keyword= lead= each
            local flags= valued= options= hosts=
            tool=${tool#nacre-}
            _nacre_tool "$tool"
            COMPREPLY=()
            if [[ $word == = ]]; then
                keyword=$before word=
            elif [[ $before == = ]]; then
                keyword=${COMP_WORDS[COMP_CWORD-2]}
            fi
            if [[ -n $keyword && -n $options ]]; then
                keyword=${keyword#-o}
                COMPREPLY=($(compgen -W "$(_nacre_values "$options" "${keyword,,}")" -- "$word"))
            elif [[ -n $options && ( $before == -o || $word == -o* ) ]]; then
                [[ $before == -o ]] || lead=-o
                word=${word#"$lead"}
                for each in $(_nacre_keywords "$options"); do
                    [[ ${each,,} == "${word,,}"* ]] && COMPREPLY+=("$lead$each=")
                done
                compopt -o nospace 2>/dev/null
            elif [[ $before == -[$valued] ]]; then
                COMPREPLY=($(compgen -W "$(_nacre_words "$tool" "$before")" -- "$word"))
            elif [[ $word == -* ]]; then
                COMPREPLY=($(compgen -W "$flags" -- "$word"))
            elif [[ -n $hosts ]]; then
                COMPREPLY=($(compgen -A hostname -- "$word") $(compgen -W "$(_nacre_hosts)" -- "$word"))
            fi
        }

        """;

    /// <summary>The script.</summary>
    /// <param name="names">The commands to complete; every tool under its name and with the prefix nacre- when there are none.</param>
    public static string Write(IReadOnlyList<string> names)
    {
        Applet[] tools = [.. Program.Applets.Where(static tool => tool.Flags is not null)];
        if (names.Count == 0) names = [.. tools.SelectMany(static tool => (string[])[tool.Name, Program.Prefix + tool.Name])];
        var text = new StringBuilder("# How bash completes Nacre's tools; made by: nacre completion bash\n\n");
        Function(text, "tool", "$1", tools.Select(static tool => (tool.Name, Description(tool))));
        Function(text, "words", "$1$2", Words());
        Function(text, "keywords", "$1", [("client", Echo(Live(ClientKeywords.Table).Select(static keyword => keyword.Name))), ("server", Echo(Live(ServerKeywords.Table).Select(static keyword => keyword.Name)))]);
        Function(text, "values", "$1 $2", [.. Values("client", ClientKeywords.Table), .. Values("server", ServerKeywords.Table)]);
        text.Append(Engine).Append("complete -o default -F _nacre ").AppendJoin(' ', names).Append('\n');
        return text.ToString();
    }

    // What follows a flag of a tool, where that is one of a few words.
    private static IEnumerable<(string, string)> Words() =>
    [
        ("ssh-O", Echo(SshCommandLine.ControlCommands)),
        ("ssh-Q", Echo(AlgorithmCatalog.Query("help")!)),
        ("ssh-c", Echo(AlgorithmCatalog.Query("ciphers")!)),
        ("scp-c", Echo(AlgorithmCatalog.Query("ciphers")!)),
        ("sftp-c", Echo(AlgorithmCatalog.Query("ciphers")!)),
        ("ssh-m", Echo(AlgorithmCatalog.Query("macs")!)),
    ];

    private static IEnumerable<(string, string)> Values(string options, KeywordTable table) =>
        from keyword in Live(table)
        let words = AlgorithmCatalog.Query(keyword.Name) ?? keyword.Alternatives
        where words.Count > 0
        select ($"'{options} {keyword.LowerName}'", Echo(words));

    private static IEnumerable<Keyword> Live(KeywordTable table) => table.All.Where(static keyword => keyword.Status == KeywordStatus.Live);

    private static string Description(Applet tool)
    {
        Flag[] flags = [.. tool.Flags!().Flags.Where(static flag => !flag.IsHidden)];
        var text = new StringBuilder($"flags='{string.Join(' ', flags.Select(static flag => "-" + flag.Letter))}'");
        string valued = string.Concat(flags.Where(static flag => flag.TakesValue).Select(static flag => flag.Letter));
        if (valued.Length > 0) text.Append($" valued={valued}");
        if (OptionsOf.TryGetValue(tool.Name, out string? options)) text.Append($" options={options}");
        if (ToHosts.Contains(tool.Name)) text.Append(" hosts=1");
        return text.ToString();
    }

    private static string Echo(IEnumerable<string> words) => $"echo {string.Join(' ', words)}";

    private static void Function(StringBuilder text, string name, string subject, IEnumerable<(string Pattern, string Action)> cases)
    {
        text.Append($"_nacre_{name}() {{\n    case \"{subject}\" in\n");
        foreach ((string pattern, string action) in cases) text.Append($"        {pattern}) {action} ;;\n");
        text.Append("    esac\n}\n\n");
    }
}
