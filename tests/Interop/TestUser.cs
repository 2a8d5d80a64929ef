namespace Nacre.Tests.Interop;

/// <summary>Whom a server under test lets in: the developer, or nacretest when the tests run as root, so that a login changes user.</summary>
internal static class TestUser
{
    public static bool IsRoot => Environment.IsPrivilegedProcess;

    public static string Name => IsRoot ? "nacretest" : Environment.UserName;

    /// <summary>The user's home directory, from the user database.</summary>
    public static string Home => Entry[5];

    public static int Id => int.Parse(Entry[2], System.Globalization.CultureInfo.InvariantCulture);

    private static string[] Entry
    {
        get
        {
            string? entry = File.ReadLines("/etc/passwd").FirstOrDefault(line => line.StartsWith(Name + ":", StringComparison.Ordinal));
            if (entry is null)
            {
                Assert.Fail($"there is no user {Name}; ./dev test makes it, or: useradd --system --create-home --shell /bin/bash --password '*' {Name}");
            }

            return entry.Split(':');
        }
    }
}
