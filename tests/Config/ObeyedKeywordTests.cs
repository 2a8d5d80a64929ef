using Nacre.Config;
using Nacre.Tests.Architecture;

namespace Nacre.Tests.Config;

/// <summary>Holds the keywords that are said to work against the compiled code that is to obey them.</summary>
public sealed class ObeyedKeywordTests
{
    /// <summary>Keywords that do all that they do while the configuration is read.</summary>
    private static readonly string[] ObeyedByTheParser =
    [
        "CanonicalDomains", "CanonicalizeFallbackLocal", "CanonicalizeHostname", "CanonicalizeMaxDots", "CanonicalizePermittedCNAMEs",
        "ClearAllForwardings", "IgnoreUnknown", "Tag",
    ];

    /// <summary>Keywords that are read and shown for the sake of other programs, and change nothing here.</summary>
    private static readonly Dictionary<string, string> ForOthers = new()
    {
        ["EnableSSHKeysign"] = "it is for ssh-keysign, which reads /etc/ssh/ssh_config itself",
    };

    [Fact]
    public void Every_keyword_that_works_is_read_by_what_connects()
    {
        var read = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (string assembly in new[] { "Nacre.Config", "nacre-tools" })
        {
            read.UnionWith(CompiledAssembly.Open(assembly).Namings
                .Where(naming => naming.ToType == nameof(ClientConfig) && naming.FromType != nameof(ClientConfig) && naming.Member?.StartsWith("get_", StringComparison.Ordinal) == true)
                .Select(naming => naming.Member!["get_".Length..]));
        }

        Assert.Contains("Hostname", read);
        string[] ignored = [.. ClientKeywords.Table.All
            .Where(keyword => keyword.Status == KeywordStatus.Live && !ObeyedByTheParser.Contains(keyword.Name) && !ForOthers.ContainsKey(keyword.Name))
            .Select(keyword => keyword.Name)
            .Where(name => !read.Contains(name) && !read.Contains(name + "s"))];
        Assert.Empty(ignored);
    }
}
