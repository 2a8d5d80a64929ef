using System.Collections;
using System.Runtime.InteropServices;
using System.Text;

namespace Nacre.Unix;

/// <summary>A list of C strings, as execve(2) takes its arguments and environment.</summary>
/// <remarks>
/// Entries are bytes and not .NET strings, because a command or a variable that a peer names need not be UTF-8. A NUL would
/// cut an entry short without a word, so it is refused.
/// </remarks>
internal sealed class CStrings : IEnumerable<string>
{
    private readonly List<byte[]> entries = [];

    public int Count => entries.Count;

    public ReadOnlySpan<byte> this[int index] => entries[index];

    /// <summary>The variables that this process was started with.</summary>
    public static unsafe CStrings OwnEnvironment()
    {
        var environment = new CStrings();
        for (byte** entry = OwnEnvironmentPointer; entry is not null && *entry is not null; entry++)
            environment.Add(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(*entry));
        return environment;
    }

    /// <summary>
    /// The last arguments of this process as they were given: what managed code is handed has lost bytes that are no UTF-8. Null where there are not as many.
    /// </summary>
    public static CStrings? OwnArguments(int count)
    {
        CStrings all = Parse(File.ReadAllBytes("/proc/self/cmdline"));
        if (all.Count <= count)
            return null;
        all.entries.RemoveRange(0, all.Count - count);
        return all;
    }

    /// <summary>The entries of <see cref="ToBytes"/>.</summary>
    public static CStrings Parse(ReadOnlySpan<byte> bytes)
    {
        var strings = new CStrings();
        for (int end; (end = bytes.IndexOf((byte)0)) >= 0; bytes = bytes[(end + 1)..])
            strings.Add(bytes[..end]);
        return strings;
    }

    /// <summary>The entries in one piece, each ended by its NUL.</summary>
    public byte[] ToBytes()
    {
        byte[] bytes = new byte[entries.Sum(entry => entry.Length + 1)];
        Span<byte> rest = bytes;
        foreach (byte[] entry in entries)
        {
            entry.CopyTo(rest);
            rest = rest[(entry.Length + 1)..];
        }
        return bytes;
    }

    public void Add(string entry) => Add(Encoding.UTF8.GetBytes(entry));

    public void Add(ReadOnlySpan<byte> entry) => Add(entry.ToArray());

    /// <summary>Sets an environment variable, replacing what there is of that name.</summary>
    public void Set(string name, string value)
    {
        Remove(name);
        Add($"{name}={value}");
    }

    /// <summary>Sets an environment variable to bytes that need not be text.</summary>
    public void Set(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (name.IsEmpty || name.Contains((byte)'='))
            throw new ArgumentException("The name of an environment variable is empty or has a '=' in it.", nameof(name));
        RemoveNamed(name);
        Add([.. name, (byte)'=', .. value]);
    }

    /// <summary>Removes an environment variable.</summary>
    public void Remove(string name) => RemoveNamed(Encoding.UTF8.GetBytes(name));

    /// <summary>The value of an environment variable, or null when there is none of that name.</summary>
    public string? Find(string name)
    {
        byte[] prefix = Encoding.UTF8.GetBytes(name + "=");
        foreach (byte[] entry in entries)
        {
            if (entry.AsSpan().StartsWith(prefix))
                return Encoding.UTF8.GetString(entry.AsSpan(prefix.Length));
        }
        return null;
    }

    /// <summary>The entries as text, for messages; bytes that are no UTF-8 are replaced.</summary>
    public IEnumerator<string> GetEnumerator() => entries.Select(Encoding.UTF8.GetString).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The environ of this process: what it was started with, whatever managed code has set since.</summary>
    internal static unsafe byte** OwnEnvironmentPointer =>
        *(byte***)NativeLibrary.GetExport(NativeLibrary.GetMainProgramHandle(), "environ");

    /// <summary>A copy outside the managed heap, in the form that execve and posix_spawn read.</summary>
    internal NativeCopy ToNative() => new(entries);

    private void Add(byte[] entry)
    {
        if (entry.AsSpan().Contains((byte)0))
            throw new ArgumentException("An argument or environment variable has a NUL byte in it.", nameof(entry));
        entries.Add(entry);
    }

    private void RemoveNamed(ReadOnlySpan<byte> name)
    {
        for (int i = entries.Count - 1; i >= 0; i--)
        {
            ReadOnlySpan<byte> entry = entries[i];
            if (entry.Length > name.Length && entry[name.Length] == '=' && entry.StartsWith(name))
                entries.RemoveAt(i);
        }
    }

    /// <summary>One block of native memory with the pointers, their terminating null, and the bytes.</summary>
    internal readonly unsafe ref struct NativeCopy
    {
        public NativeCopy(List<byte[]> entries)
        {
            nuint pointerBytes = (nuint)(entries.Count + 1) * (nuint)sizeof(byte*);
            nuint textBytes = 0;
            foreach (byte[] entry in entries)
                textBytes += (nuint)entry.Length + 1;

            Pointers = (byte**)NativeMemory.AllocZeroed(pointerBytes + textBytes);
            byte* text = (byte*)Pointers + pointerBytes;
            for (int i = 0; i < entries.Count; i++)
            {
                Pointers[i] = text;
                entries[i].CopyTo(new Span<byte>(text, entries[i].Length));
                text += entries[i].Length + 1;
            }
        }

        public byte** Pointers { get; }

        public void Dispose() => NativeMemory.Free(Pointers);
    }
}
