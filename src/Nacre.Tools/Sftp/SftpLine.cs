using System.Globalization;

namespace Nacre.Tools.Sftp;

/// <summary>A line as it was typed, taken apart: prefixes, command, flags, operands.</summary>
internal sealed class SftpLine
{
    private const string Blanks = " \t\r\n";

    private SftpLine()
    {
    }

    /// <summary>It has the prefix - : its failure ends no batch.</summary>
    public bool MayFail { get; private set; }

    /// <summary>It has the prefix @ : it is not echoed.</summary>
    public bool IsSilent { get; private set; }

    /// <summary>What to run; null for nothing.</summary>
    public SftpCommand? Command { get; private set; }

    public SftpArguments Arguments { get; private set; } = new("", "", []);

    /// <summary>What is wrong with it; empty for nothing.</summary>
    public string Error { get; private set; } = "";

    /// <summary>Takes a line apart.</summary>
    /// <param name="text">The line.</param>
    /// <param name="find">Finds a command by its name in any case.</param>
    public static SftpLine Parse(string text, Func<string, SftpCommand?> find)
    {
        var line = new SftpLine();
        int at = SkipBlanks(text, 0);
        for (; at < text.Length && text[at] is '-' or '@'; at++)
        {
            if (text[at] == '-') line.MayFail = true;
            else line.IsSilent = true;
        }

        at = SkipBlanks(text, at);
        if (at < text.Length && text[at] != '#') line.ReadCommand(text[at..], find);
        return line;
    }

    /// <summary>The number that chmod, chown and their like take, in C's notation: the base is 8, or told by 0 or 0x before it.</summary>
    public static bool TryNumber(string text, bool isOctal, out uint number)
    {
        number = 0;
        string digits = text.TrimStart(' ', '\t');
        if (digits.StartsWith('+')) digits = digits[1..];
        bool isHex = !isOctal && digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        if (isHex) return uint.TryParse(digits.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number);
        if (!isOctal && !(digits.Length > 1 && digits[0] == '0')) return uint.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number);
        const int mostDigits = 11;
        string octal = digits.TrimStart('0');
        if (digits.Length == 0 || octal.Length > mostDigits || octal.AsSpan().ContainsAnyExceptInRange('0', '7')) return false;
        ulong value = octal.Length == 0 ? 0 : Convert.ToUInt64(octal, 8);
        number = (uint)value;
        return value <= uint.MaxValue;
    }

    private static int SkipBlanks(string text, int at)
    {
        while (at < text.Length && Blanks.Contains(text[at], StringComparison.Ordinal)) at++;
        return at;
    }

    private void ReadCommand(string text, Func<string, SftpCommand?> find)
    {
        if (!SftpWords.TrySplit(text, out IReadOnlyList<string> words, out string error))
        {
            Error = error;
            return;
        }

        bool isShell = text[0] == '!';
        if (find(isShell ? "!" : words.Count > 0 ? words[0] : "") is not { } command)
        {
            Error = "Invalid command.";
            return;
        }

        string rest = text[Math.Min(command.Name.Length, text.Length)..].Trim();
        if (command.IsRaw) Arguments = new SftpArguments(command.Name, "", [], rest);
        else Error = ReadOperands(command, words, rest);
        if (Error.Length == 0) Command = command;
    }

    private string ReadOperands(SftpCommand command, IReadOnlyList<string> words, string rest)
    {
        string flags = "";
        int first = 1;
        while (first < words.Count && words[first].Length > 1 && words[first][0] == '-')
        {
            string word = words[first++];
            if (word == "--") break;
            foreach (char letter in word.AsSpan(1))
            {
                // What takes ls's flags calls itself ls, whatever it was called by.
                if (!command.Flags.Contains(letter, StringComparison.Ordinal)) return $"{(command.Name == "dir" ? "ls" : command.Name)}: Invalid flag -{letter}";
            }

            flags += word[1..];
        }

        Arguments = new SftpArguments(command.Name, flags, [.. words.Skip(first)], rest);
        return Missing(command, Arguments);
    }

    private static string Missing(SftpCommand command, SftpArguments given)
    {
        bool takesNumber = command.Operands is SftpOperands.Number or SftpOperands.NumberAndPath;
        if (takesNumber && (given.Count == 0 || !TryNumber(given.Patterns[0], command.Name is "chmod" or "lumask", out _))) return $"You must supply a numeric argument to the {command.Name} command.";
        return command.Operands switch
        {
            SftpOperands.OnePath when given.Count < 1 => $"You must specify a path after a {command.Name} command.",
            SftpOperands.OnePathAtLeast when given.Count < 1 => $"You must specify at least one path after a {command.Name} command.",
            SftpOperands.TwoPaths when given.Count < 2 => $"You must specify two paths after a {command.Name} command.",
            SftpOperands.NumberAndPath when given.Count < 2 => $"You must specify a path after a {command.Name} command.",
            _ => "",
        };
    }
}
