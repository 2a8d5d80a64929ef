namespace Nacre.Tests.Interop;

/// <summary>A directory of one test's own, gone with all that is in it when the test ends.</summary>
/// <remarks>Others may pass through it (mode 0711), since programs that run as another user read files in it.</remarks>
internal sealed class TemporaryDirectory : IDisposable
{
    /// <summary>The directory's full name; short, since a Unix socket in it must not be longer than 107 bytes.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("nacre-").FullName;

    public TemporaryDirectory() =>
        File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);

    /// <summary>The full name of <paramref name="name"/> in this directory, whether or not it exists.</summary>
    public string this[string name] => System.IO.Path.Join(Path, name);

    /// <summary>Writes a file that everybody may read.</summary>
    public string Write(string name, string text)
    {
        File.WriteAllText(this[name], text);
        File.SetUnixFileMode(this[name], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        return this[name];
    }

    /// <summary>Writes a file of <paramref name="length"/> bytes that nothing compresses or guesses.</summary>
    public string WriteRandom(string name, int length)
    {
        File.WriteAllBytes(this[name], System.Security.Cryptography.RandomNumberGenerator.GetBytes(length));
        return this[name];
    }

    /// <summary>Makes a directory that everybody may write to.</summary>
    public string Open(string name)
    {
        const UnixFileMode everything = (UnixFileMode)0b111_111_111;
        Directory.CreateDirectory(this[name]);
        File.SetUnixFileMode(this[name], everything);
        return this[name];
    }

    public void Dispose()
    {
        if (Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }
    }
}
