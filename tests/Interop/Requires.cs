namespace Nacre.Tests.Interop;

/// <summary>What a test needs on the machine. What is missing fails the test and names the package: a test that skips proves nothing.</summary>
internal static class Requires
{
    private static readonly string[] Directories =
        [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'), "/usr/sbin", "/sbin", "/usr/lib/openssh"];

    private static readonly Dictionary<string, string> Packages = new()
    {
        ["ssh"] = "openssh-client",
        ["scp"] = "openssh-client",
        ["sftp"] = "openssh-client",
        ["ssh-add"] = "openssh-client",
        ["ssh-agent"] = "openssh-client",
        ["ssh-keygen"] = "openssh-client",
        ["ssh-keyscan"] = "openssh-client",
        ["sshd"] = "openssh-server",
        ["sftp-server"] = "openssh-sftp-server",
        ["plink"] = "putty-tools",
        ["psftp"] = "putty-tools",
        ["pscp"] = "putty-tools",
        ["puttygen"] = "putty-tools",
        ["dbclient"] = "dropbear-bin",
        ["dropbear"] = "dropbear-bin",
        ["dropbearkey"] = "dropbear-bin",
        ["dropbearconvert"] = "dropbear-bin",
        ["ansible"] = "ansible-core",
        ["curl"] = "curl",
        ["lftp"] = "lftp",
        ["rclone"] = "rclone",
        ["sshfs"] = "sshfs",
        ["softhsm2-util"] = "softhsm2",
        ["pkcs11-tool"] = "opensc",
        ["ssh-audit"] = "ssh-audit",
        ["xauth"] = "xauth",
        ["xdpyinfo"] = "x11-utils",
        ["Xvfb"] = "xvfb",
    };

    /// <summary>The full name of a program on this machine.</summary>
    public static string Program(string name)
    {
        string? found = Directories.Where(each => each.Length > 0).Select(each => Path.Join(each, name)).FirstOrDefault(File.Exists);
        if (found is null)
        {
            Assert.Fail($"{name} is not on this machine; install it with: apt-get install {Packages.GetValueOrDefault(name, name)}");
        }

        return found;
    }

    /// <summary>Debian's Python with paramiko; another Python, earlier in PATH, would not have it.</summary>
    public static async Task<string> ParamikoAsync()
    {
        const string python = "/usr/bin/python3";
        if (!File.Exists(python) || (await Run.Async(python, ["-c", "import paramiko"])).ExitStatus != 0)
        {
            Assert.Fail("python3 with paramiko is not on this machine; install it with: apt-get install python3-paramiko");
        }

        return python;
    }

    /// <summary>One of the executables that ./dev tools publishes.</summary>
    public static string PublishedTool(string name)
    {
        string path = Path.Join(Repository.Root, "artifacts", "tools", name);
        if (!File.Exists(path))
        {
            Assert.Fail($"{path} does not exist; publish the tools with: ./dev tools");
        }

        return path;
    }
}
