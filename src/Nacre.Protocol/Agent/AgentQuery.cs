using System.Text;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Agent;

/// <summary>The extension by which an agent tells which extensions it has (RFC 9987 5.8.1).</summary>
internal static class AgentQuery
{
    public const string Name = "query";

    /// <summary>More names are refused.</summary>
    public const int MaxNames = 1024;

    /// <summary>The question, framed.</summary>
    public static byte[] Write()
    {
        var request = new AgentExtension { Type = Encoding.ASCII.GetBytes(Name) };
        return AgentMessage.Write(ref request);
    }

    /// <summary>The answer, framed.</summary>
    public static byte[] WriteAnswer(IEnumerable<string> names)
    {
        var answer = new AgentExtensionResponse
        {
            Type = Encoding.ASCII.GetBytes(Name),
            Contents = AgentStrings.Concat(names, static name => AgentStrings.String(Encoding.ASCII.GetBytes(name))),
        };
        return AgentMessage.Write(ref answer);
    }

    /// <summary>The names in an answer, which is one to this question.</summary>
    public static IReadOnlyList<string> ReadAnswer(ReadOnlySpan<byte> message)
    {
        AgentExtensionResponse answer = AgentMessage.Read<AgentExtensionResponse>(message);
        if (!answer.Type.SequenceEqual("query"u8)) throw new SshViolationException(Violation.FieldMalformed, "The agent answers another question than the one for its extensions.");
        var names = new List<string>();
        var reader = new FieldReader(answer.Contents);
        while (reader.Remaining > 0)
        {
            if (names.Count == MaxNames) throw new SshViolationException(Violation.FieldTooLong, $"The agent names more than {MaxNames} extensions.");
            ReadOnlySpan<byte> name = default;
            reader.Text(ref name, NameList.MaxNameLength);
            names.Add(AgentStrings.Text(name));
        }

        return names;
    }
}
