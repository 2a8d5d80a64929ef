namespace Nacre.Tests.Interop;

/// <summary>A directory that root alone may write to, with a shell, its libraries and nothing else of a machine: no /dev, no /proc, no accounts.</summary>
internal sealed class OtherRoot : IDisposable
{
    private const UnixFileMode ReadableMode = (UnixFileMode)0b111_101_101;

    private OtherRoot(string path) => Path = path;

    public string Path { get; }

    /// <summary>The full name of a file within, as it is seen from outside.</summary>
    public string this[string name] => System.IO.Path.Join(Path, name);

    /// <summary>Makes one in which a user has a home.</summary>
    public static async Task<OtherRoot> CreateAsync(LoginUser user)
    {
        var root = new OtherRoot($"/var/lib/nacre-{Guid.NewGuid():N}");
        root.MakeDirectory("");
        foreach (string program in new[] { "/bin/bash", "/bin/sh", "/usr/bin/stty", "/usr/bin/wc" }) await root.CopyAsync(program);
        root.MakeDirectory("tmp");
        File.SetUnixFileMode(root["tmp"], (UnixFileMode)0b1_111_111_111);
        root.MakeDirectory(user.Home);
        (await Run.CleanAsync("/bin/chown", [user.Name, root[user.Home]])).Ends();
        return root;
    }

    /// <summary>Writes a file that everybody may read.</summary>
    public void Write(string name, string text)
    {
        MakeDirectory(System.IO.Path.GetDirectoryName(name)!);
        File.WriteAllText(this[name], text);
        File.SetUnixFileMode(this[name], ReadableMode);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);

    private void MakeDirectory(string name)
    {
        for (string made = Path, rest = name.TrimStart('/'); ;)
        {
            if (!Directory.Exists(made))
            {
                Directory.CreateDirectory(made);
                File.SetUnixFileMode(made, ReadableMode);
            }

            if (rest.Length == 0) return;
            int slash = rest.IndexOf('/', StringComparison.Ordinal);
            (made, rest) = slash < 0 ? (System.IO.Path.Join(made, rest), "") : (System.IO.Path.Join(made, rest[..slash]), rest[(slash + 1)..]);
        }
    }

    private async Task CopyAsync(string program)
    {
        string libraries = (await Run.CleanAsync("ldd", [program])).Ends().Output;
        foreach (string file in libraries.Split([' ', '\t', '\n']).Where(word => word.StartsWith('/')).Append(program))
        {
            MakeDirectory(System.IO.Path.GetDirectoryName(file)!);
            File.Copy(file, this[file], overwrite: true);
            File.SetUnixFileMode(this[file], ReadableMode);
        }
    }
}
