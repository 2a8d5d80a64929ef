namespace Nacre.Protocol.Wire;

/// <summary>Turns the captured expression of a visited field (`message.RecipientChannel`) into the field's name.</summary>
internal static class FieldName
{
    public static string Of(string expression) => expression[(expression.LastIndexOf('.') + 1)..];
}
