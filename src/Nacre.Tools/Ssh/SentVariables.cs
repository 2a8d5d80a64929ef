using Nacre.Config;
using Nacre.Config.Patterns;

namespace Nacre.Tools.Ssh;

/// <summary>The environment variables of a session: those that SendEnv lets through, and those of SetEnv.</summary>
internal static class SentVariables
{
    /// <summary>Those of this process that are sent, and then those that are set.</summary>
    public static List<KeyValuePair<string, string>> Here(ClientConfig config)
    {
        var variables = new List<KeyValuePair<string, string>>();
        foreach (System.Collections.DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            string name = (string)variable.Key;
            if (IsSent(name, config)) variables.Add(new(name, (string)variable.Value!));
        }

        variables.AddRange(Set(config));
        return variables;
    }

    /// <summary>Whether a variable may go to the server.</summary>
    public static bool IsSent(string name, ClientConfig config) => config.SendEnv.Any(pattern => PatternMatcher.Matches(name, pattern));

    /// <summary>Those that the configuration sets.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Set(ClientConfig config) => config.SetEnv.Select(static setting => new KeyValuePair<string, string>(setting.Name, setting.Value));
}
