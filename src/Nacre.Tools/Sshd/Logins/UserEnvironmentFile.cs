using System.Text;
using Nacre.Config.Values;
using Nacre.Protocol.Wire;
using Nacre.Unix;

namespace Nacre.Tools.Sshd.Logins;

/// <summary>Reads ~/.ssh/environment: variables for the user's sessions, where PermitUserEnvironment lets users have such.</summary>
internal static class UserEnvironmentFile
{
    /// <summary>The longest file that is read.</summary>
    public const int MaxLength = 1024 * 1024;

    /// <summary>The most variables that it may set.</summary>
    public const int MaxVariables = 1000;

    /// <summary>The variables that the file sets and the configuration permits, in order; none where there is no file.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Read(UserAccount account, UserEnvironment permitted, SshdLog log)
    {
        if (!permitted.IsPermitted) return [];
        string path = Path.Join(account.Home, ".ssh", "environment");
        try
        {
            using FileIdentity identity = FileIdentity.Assume(account);
            return Parse(Encoding.UTF8.GetString(FileSafety.Read(path, MaxLength, out _)), path, permitted, log);
        }
        catch (UnixException)
        {
            return [];
        }
        catch (InvalidDataException error)
        {
            log.Error(Printable.Escape(error.Message));
            return [];
        }
    }

    /// <summary>Reads the lines NAME=value; empty lines and comments say nothing, and all else is a fault that is logged.</summary>
    internal static List<KeyValuePair<string, string>> Parse(string text, string path, UserEnvironment permitted, SshdLog log)
    {
        var variables = new List<KeyValuePair<string, string>>();
        int number = 0;
        foreach (ReadOnlySpan<char> raw in text.AsSpan().EnumerateLines())
        {
            number++;
            ReadOnlySpan<char> line = raw.TrimStart(" \t");
            if (line.IsEmpty || line[0] == '#') continue;
            int equals = line.IndexOf('=');
            if (equals <= 0 || line.Contains('\0'))
            {
                log.Error($"Bad line {number} in {Printable.Escape(path)}");
                continue;
            }

            if (variables.Count == MaxVariables)
            {
                log.Error($"{Printable.Escape(path)} sets more than {MaxVariables} variables");
                break;
            }

            string name = line[..equals].ToString();
            if (permitted.Permits(name)) variables.Add(new(name, line[(equals + 1)..].ToString()));
        }

        return variables;
    }
}
