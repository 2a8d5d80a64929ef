using System.Security.Cryptography;
using System.Text;

namespace Nacre.Tests.Interop;

/// <summary>A user of one test's own, with a home, a password and a service of PAM, who is gone afterwards.</summary>
internal sealed class LoginUser : IAsyncDisposable
{
    private LoginUser(string name) => Name = name;

    public string Name { get; }

    public string Home => $"/home/{Name}";

    public string Password { get; } = "Pw-" + Convert.ToHexString(RandomNumberGenerator.GetBytes(12));

    /// <summary>The name of the service of PAM that is this user's.</summary>
    public string Service => Name;

    private string ServiceFile => $"/etc/pam.d/{Name}";

    public static async Task<LoginUser> CreateAsync()
    {
        Assert.SkipUnless(TestUser.IsRoot, "needs root: makes a user of its own");
        var user = new LoginUser("nacre" + RandomNumberGenerator.GetHexString(8, lowercase: true));
        (await Run.CleanAsync("/usr/sbin/useradd", ["--create-home", "--shell", "/bin/bash", "--password", "*", user.Name])).Ends();
        (await Run.CleanAsync("/usr/sbin/chpasswd", [], Encoding.UTF8.GetBytes($"{user.Name}:{user.Password}\n"))).Ends();
        return user;
    }

    /// <summary>Writes the lines of the service.</summary>
    public void WriteService(params string[] lines) => File.WriteAllLines(ServiceFile, lines);

    /// <summary>Writes a file in the home, which is the user's.</summary>
    public async Task WriteAsync(string name, string content)
    {
        string path = Path.Join(Home, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllTextAsync(path, content);
        (await Run.CleanAsync("/bin/chown", ["-R", Name, Home])).Ends();
    }

    /// <summary>Sets one of the dates of the password or account.</summary>
    public async Task AgeAsync(string flag, string value) => (await Run.CleanAsync("/usr/bin/chage", [flag, value, Name])).Ends();

    public async ValueTask DisposeAsync()
    {
        File.Delete(ServiceFile);
        await Run.CleanAsync("/usr/bin/pkill", ["-KILL", "-u", Name]);
        await Run.CleanAsync("/usr/sbin/userdel", ["-r", "-f", Name]);
    }
}
