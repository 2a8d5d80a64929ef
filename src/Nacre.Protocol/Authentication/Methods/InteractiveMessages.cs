using Nacre.Protocol.Messages;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Authentication.Methods;

/// <summary>Reads and writes the questions and answers of keyboard-interactive (RFC 4256), whose number stands before them.</summary>
internal static class InteractiveMessages
{
    /// <summary>Reads a round; its number of prompts is checked before anything is made for them.</summary>
    public static InteractiveRequest ReadRequest(ReadOnlySpan<byte> payload)
    {
        UserauthInfoRequest message = Message.Read<UserauthInfoRequest>(payload);
        if (message.Count > InteractiveRequest.MaxPrompts)
        {
            throw new SshViolationException(Violation.FieldTooLong, $"The server asks {message.Count} questions at once where {InteractiveRequest.MaxPrompts} are allowed.");
        }

        var reader = new FieldReader(message.Prompts);
        var prompts = new List<InteractivePrompt>();
        for (uint i = 0; i < message.Count; i++)
        {
            Prompt prompt = default;
            Prompt.Fields(ref reader, ref prompt);
            prompts.Add(new InteractivePrompt(new PeerText(prompt.Text.ToArray()), prompt.Echo));
        }

        reader.End();
        return new InteractiveRequest(new PeerText(message.Name.ToArray()), new PeerText(message.Instruction.ToArray()), prompts);
    }

    public static Packet WriteRequest(PacketPool pool, InteractiveRequest request)
    {
        var prompts = new List<byte>();
        foreach (InteractivePrompt prompt in request.Prompts)
        {
            var field = new Prompt { Text = prompt.Text.Raw.Span, Echo = prompt.Echo };
            prompts.AddRange(Message.WriteRecord(ref field));
        }

        var message = new UserauthInfoRequest
        {
            Name = request.Name.Raw.Span,
            Instruction = request.Instruction.Raw.Span,
            Count = (uint)request.Prompts.Count,
            Prompts = prompts.ToArray(),
        };
        return Message.Write(pool, ref message);
    }

    /// <summary>Reads the answers; false when there is another number of them than of questions, or one is too long to be right.</summary>
    public static bool TryReadAnswers(ReadOnlySpan<byte> payload, int expected, out List<Password> answers)
    {
        answers = [];
        UserauthInfoResponse message = Message.Read<UserauthInfoResponse>(payload);

        // RFC 4256 3.4: "If the num-responses field does not match the num-prompts field in the request message, the server MUST send a failure message."
        if (message.Count != (uint)expected) return false;
        try
        {
            return TryReadAnswers(message.Responses, expected, answers);
        }
        catch
        {
            foreach (Password answer in answers) answer.Dispose();
            throw;
        }
    }

    /// <summary>Writes the answers straight into a packet that is wiped when it has been sent.</summary>
    public static Packet WriteAnswers(PacketPool pool, IReadOnlyList<Password> answers)
    {
        var sizer = default(FieldSizer);
        Walk(ref sizer, answers);
        Packet packet = pool.Rent(1 + sizer.Size);
        packet.IsSensitive = true;
        packet.SetPayload(1 + sizer.Size);
        packet.Payload[0] = (byte)MessageNumber.UserauthInfoResponse;
        var writer = new FieldWriter(packet.Payload[1..]);
        Walk(ref writer, answers);
        return packet;
    }

    private static bool TryReadAnswers(ReadOnlySpan<byte> responses, int expected, List<Password> answers)
    {
        var reader = new FieldReader(responses);
        bool areShort = true;
        for (int i = 0; i < expected; i++)
        {
            ReadOnlySpan<byte> answer = default;
            reader.Secret(ref answer);
            areShort &= answer.Length <= AuthenticationServerOptions.MaxPasswordLength;
            if (areShort) answers.Add(new Password(answer));
        }

        reader.End();
        return areShort;
    }

    // RFC 4256 3.4: int num-responses, then one string each
    private static void Walk<V>(ref V visit, IReadOnlyList<Password> answers)
        where V : IFieldVisitor, allows ref struct
    {
        uint count = (uint)answers.Count;
        visit.UInt32(ref count);
        foreach (Password answer in answers)
        {
            ReadOnlySpan<byte> bytes = answer.Utf8;
            visit.Secret(ref bytes);
        }
    }
}
