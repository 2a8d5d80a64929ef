using System.Globalization;
using System.Text;
using Nacre.Crypto;

namespace Nacre.Protocol.Keys.Formats;

/// <summary>Reads the lines of a .ppk file, which come in one order: headers, and numbers of lines that hold base64.</summary>
internal sealed class PuttyKeyText(ReadOnlySpan<byte> contents) : IDisposable
{
    public const int NewestVersion = 3;

    private const int OldestVersion = 2;
    private const string Magic = "PuTTY-User-Key-File-";

    /// <summary>A line of base64 has 64 characters; more of them than this hold more than any key.</summary>
    private const int MaxLines = 1024;

    private readonly Secret _text = Secret.CopyOf(contents);
    private int _position;

    /// <summary>The version, and the type of the key.</summary>
    public (int Version, string Algorithm) ReadHead()
    {
        string line = Encoding.UTF8.GetString(TakeLine());
        int colon = line.IndexOf(':');
        bool isHead = line.StartsWith(Magic, StringComparison.Ordinal) && colon > 0 && int.TryParse(line.AsSpan(Magic.Length, colon - Magic.Length), NumberStyles.None, CultureInfo.InvariantCulture, out _);
        if (!isHead) throw KeyFormatException.Damaged("The private key file does not start as PuTTY's do.");
        int version = int.Parse(line.AsSpan(Magic.Length, colon - Magic.Length), NumberStyles.None, CultureInfo.InvariantCulture);
        if (version is < OldestVersion or > NewestVersion) throw KeyFormatException.Unsupported($"The PuTTY private key file is of version {version}; {OldestVersion} and {NewestVersion} are supported.");
        return (version, line[(colon + 1)..].TrimStart(' '));
    }

    /// <summary>The value of the header that must come next.</summary>
    public string ReadHeader(string name) => Encoding.UTF8.GetString(ReadBytes(name));

    /// <summary>The value of the header that must come next, in whatever encoding it was written.</summary>
    public byte[] ReadBytes(string name)
    {
        ReadOnlySpan<byte> line = TakeLine();
        byte[] start = Encoding.ASCII.GetBytes(name + ": ");
        if (!line.StartsWith(start)) throw KeyFormatException.Damaged($"The private key file has no {name} where it should be.");
        return line[start.Length..].ToArray();
    }

    public int ReadNumber(string name, int most)
    {
        if (!int.TryParse(ReadHeader(name), NumberStyles.None, CultureInfo.InvariantCulture, out int number)) throw KeyFormatException.Damaged($"The private key file's {name} is no number.");
        return number <= most ? number : throw KeyFormatException.Unsupported($"The private key file's {name} is {number}; at most {most} is supported.");
    }

    /// <summary>The bytes of a header in hexadecimal digits.</summary>
    /// <param name="name">The header.</param>
    /// <param name="length">How many there must be; null for any number.</param>
    public byte[] ReadHex(string name, int? length = null)
    {
        string digits = ReadHeader(name);
        byte[] bytes = new byte[digits.Length / 2];
        bool isHex = digits.Length % 2 == 0 && Convert.FromHexString(digits, bytes, out _, out _) == System.Buffers.OperationStatus.Done;
        return isHex && bytes.Length == (length ?? bytes.Length) ? bytes : throw KeyFormatException.Damaged($"The private key file's {name} is not made of as many hexadecimal digits as it must have.");
    }

    /// <summary>What the lines of base64 behind a header stand for.</summary>
    public Secret ReadBlob(string name)
    {
        int lines = ReadNumber(name, MaxLines);
        using var base64 = new Secret(_text.Length - _position);
        int length = 0;
        for (int i = 0; i < lines; i++)
        {
            ReadOnlySpan<byte> line = TakeLine();
            line.CopyTo(base64.Span[length..]);
            length += line.Length;
        }

        return ArmoredText.Decode(base64.Span[..length], $"behind its {name}");
    }

    public void Dispose() => _text.Dispose();

    private ReadOnlySpan<byte> TakeLine()
    {
        ReadOnlySpan<byte> rest = _text.Span[_position..];
        if (rest.IsEmpty) throw KeyFormatException.Damaged("The private key file ends too early.");
        ReadOnlySpan<byte> line = ArmoredText.TakeLine(ref rest);
        _position = _text.Length - rest.Length;
        return line;
    }
}
