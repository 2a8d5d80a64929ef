using System.Text;
using Nacre.Config;
using Nacre.Config.Connections;

namespace Nacre.Tools.Sshd.Monitor;

/// <summary>An effective configuration as text: how the monitor's processes, which can read no file, get theirs.</summary>
internal static class ConfigText
{
    private static readonly AlgorithmNames Algorithms = CatalogNames.For(isClient: false);

    public static ServerConfig Read(ReadOnlySpan<byte> utf8) => ServerConfigParser.ReadBack(Encoding.UTF8.GetString(utf8), Algorithms);
}
